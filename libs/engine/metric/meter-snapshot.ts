import type { Catalog } from '../../core/ports/catalog.js';
import type { Counts, InstanceCounts } from '../instance/instance-view.js';
import type { EventMeter, EventMetric, Total } from './meter-events.js';
import type { Gauges, GaugeSampler } from './meter-gauges.js';

/** An asynchronous endpoint as it stands now. */
export interface EndpointSnapshot {
  readonly endpointName: string;
  readonly gauges: Gauges;
  readonly variants: readonly VariantSnapshot[];
}

/** A variant of such an endpoint: its instances, and what has happened to it. */
export interface VariantSnapshot {
  readonly variantName: string;
  readonly instances: Counts;
  /** Since Ebb started; absent where nothing has happened. */
  readonly totals?: ReadonlyMap<EventMetric, Total>;
}

/** What a snapshot is made of. */
interface SnapshotSources {
  readonly catalog: Pick<Catalog, 'endpoints'>;
  readonly counts: InstanceCounts;
  readonly gauges: GaugeSampler;
  readonly events: EventMeter;
}

/** Every asynchronous endpoint as it stands now. */
export async function snapshotOf(
  { catalog, counts, gauges, events }: SnapshotSources,
  signal?: AbortSignal,
): Promise<EndpointSnapshot[]> {
  const snapshots: EndpointSnapshot[] = [];
  for (const endpoint of await catalog.endpoints.all(signal)) {
    const current = await gauges.gaugesOf(endpoint.name);
    if (!current) continue;
    const variants = endpoint.variants.map(({ name }) => ({
      variantName: name,
      instances: counts.counts(endpoint.name, name),
      totals: events.totals(endpoint.name, name),
    }));
    snapshots.push({ endpointName: endpoint.name, gauges: current, variants });
  }
  return snapshots;
}
