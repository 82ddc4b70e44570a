import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../libs/core/endpoint/variant.js';
import type { Catalog, Records } from '../../libs/core/ports/catalog.js';
import type { LaunchSpec } from '../../libs/core/ports/instances.js';
import { type ScalableTarget, capacityBounds, scalableTargetKey } from '../../libs/core/scaling/scalable-target.js';

/** The greatest age of a reading of the catalog when a process acts on it. */
const STALE_MS = 500;

interface Limit {
  readonly at: number;
  readonly maximum: number;
  readonly minimum: number;
}

/** Tracks how many instances each variant of each deployment may have, from the recent states of the catalog. */
export class CapacityLimits {
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly targets = new Map<string, ScalableTarget>();
  private readonly limits = new Map<string, Limit[]>();

  constructor(
    catalog: Catalog,
    private readonly now: () => number,
  ) {
    onChange(catalog.endpoints, (key, endpoint) => {
      setOrDelete(this.endpoints, key, endpoint);
      if (endpoint) this.note(endpoint);
    });
    onChange(catalog.scalableTargets, (key, target) => {
      const endpointName = (target ?? this.targets.get(key))?.endpointName ?? '';
      setOrDelete(this.targets, key, target);
      const endpoint = this.endpoints.get(endpointKey(endpointName));
      if (endpoint) this.note(endpoint);
    });
  }

  /** Returns the highest maximum within the greatest age of a reading. */
  recentMaximum(variant: Which): number {
    return Math.max(...this.since(variant, this.now()).map(({ maximum }) => maximum));
  }

  /** Returns the highest minimum that a decision at that time may have read, or that could be read since. */
  recentMinimum(variant: Which, decidedAt: number): number {
    return Math.max(...this.since(variant, decidedAt).map(({ minimum }) => minimum));
  }

  private since(variant: Which, at: number): Limit[] {
    const limits = this.limits.get(keyOf(variant)) ?? [];
    return limits.filter((_, index) => (limits[index + 1]?.at ?? Infinity) >= at - STALE_MS);
  }

  private note(endpoint: Endpoint): void {
    const { deployment, name: endpointName, variants } = endpoint;
    for (const variant of [...variants, ...(deployment?.variants ?? [])]) {
      const { deploymentId, name: variantName } = variant;
      const key = keyOf({ endpointName, variantName, deploymentId });
      const limits = this.limits.get(key) ?? [];
      const { minimum } = capacityBounds(variant, this.targets.get(scalableTargetKey(endpointName, variantName)));
      this.limits.set(key, [...limits, { at: this.now(), maximum: this.maximumOf(endpoint, variant), minimum }]);
    }
  }

  private maximumOf({ deployment, name, status }: Endpoint, variant: DeployedVariant): number {
    const { maximum } = capacityBounds(variant, this.targets.get(scalableTargetKey(name, variant.name)));
    const { desiredInstanceCount } = variant;
    // An endpoint is not scaled before it is in service: it begins with the counts of its config.
    if (status === 'Creating') return Math.max(maximum, desiredInstanceCount);
    // An update has the counts from its beginning, and at least one instance to prove itself.
    return deployment ? Math.max(1, maximum, desiredInstanceCount) : maximum;
  }
}

type Which = Pick<LaunchSpec, 'endpointName' | 'variantName' | 'deploymentId'>;

function keyOf(variant: Which): string {
  return `${variant.endpointName}/${variant.variantName}/${variant.deploymentId}`;
}

function setOrDelete<T>(records: Map<string, T>, key: string, record: T | undefined): void {
  if (record === undefined) records.delete(key);
  else records.set(key, record);
}

/** Calls `changed` with each record after every change of it, by any process. */
function onChange<T>(records: Records<T>, changed: (key: string, record: T | undefined) => void): void {
  const create = records.create.bind(records);
  const update = records.update.bind(records);
  const remove = records.delete.bind(records);
  records.create = async (key, record, signal) => {
    const isNew = await create(key, record, signal);
    if (isNew) changed(key, record);
    return isNew;
  };
  records.update = async (key, change, signal) => {
    const updated = await update(key, change, signal);
    if (updated !== undefined) changed(key, updated);
    return updated;
  };
  records.delete = async (key, signal) => {
    const deleted = await remove(key, signal);
    changed(key, undefined);
    return deleted;
  };
}
