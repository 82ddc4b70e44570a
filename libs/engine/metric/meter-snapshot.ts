import type { Catalog } from '../../core/ports/catalog.js';
import type { Counts, InstanceCounts } from '../instance/instance-view.js';
import type { EventMeter, EventMetric, Total } from './meter-events.js';
import type { Gauges, GaugeSampler } from './meter-gauges.js';

/** The present gauges and variants of an asynchronous endpoint. */
export interface EndpointSnapshot {
  readonly endpointName: string;
  readonly gauges: Gauges;
  readonly variants: readonly VariantSnapshot[];
}

/** The present instances of a variant, and the totals of its metrics. */
export interface VariantSnapshot {
  readonly variantName: string;
  readonly instances: Counts;
  /** Totals since Ebb started; absent if nothing has happened. */
  readonly totals?: ReadonlyMap<EventMetric, Total>;
}

/** The parts of the meter that a snapshot is made from. */
interface SnapshotSources {
  readonly catalog: Pick<Catalog, 'endpoints'>;
  readonly counts: InstanceCounts;
  readonly gauges: GaugeSampler;
  readonly events: EventMeter;
}

/** Returns a snapshot of every asynchronous endpoint. */
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
