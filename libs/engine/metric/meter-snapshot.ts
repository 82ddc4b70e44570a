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

export interface VariantSnapshot {
  readonly variantName: string;
  readonly instances: Counts;
  /** Since Ebb started; absent where nothing has happened. */
  readonly totals?: ReadonlyMap<EventMetric, Total>;
}

export async function snapshotOf(
  catalog: Catalog,
  counts: InstanceCounts,
  gauges: GaugeSampler,
  events: EventMeter,
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
