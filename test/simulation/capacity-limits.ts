import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../libs/core/endpoint/variant.js';
import type { Catalog, Records } from '../../libs/core/ports/catalog.js';
import type { LaunchSpec } from '../../libs/core/ports/instances.js';
import { type ScalableTarget, capacityBounds, scalableTargetKey } from '../../libs/core/scaling/scalable-target.js';

/** A reading of the catalog is at most this old when it is acted on. */
const STALE_MS = 500;

interface Limit {
  readonly at: number;
  readonly maximum: number;
  readonly minimum: number;
}

/** How many instances each variant of each deployment may have, by what the catalog has said of it lately. */
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

  /** The most of what has been said within the time that a reading may be old. */
  recentMaximum(variant: Which): number {
    return Math.max(...this.since(variant, this.now()).map(({ maximum }) => maximum));
  }

  /** The most that was asked for at least, by what a decision of that time may have read, or could be read since. */
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
    // Nothing scales before an endpoint is in service: it begins with the counts of its config.
    if (status === 'Creating') return Math.max(maximum, desiredInstanceCount);
    // An update has the counts that were there when it began, and one instance at least to prove itself.
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

/** Told of each record as it is after each change of it, whoever makes it. */
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
