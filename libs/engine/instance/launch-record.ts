import { type LaunchFailure, type LaunchFailures, isOvercome, withFailure } from '../../core/instance/crash-loop.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { withOutput } from '../../core/instance/instance-end.js';
import { deployedVariantKey, variantKey, variantKeyPrefix } from '../../core/endpoint/variant.js';
import type { Member } from './fleet-member.js';

/** How the launches of each variant of each deployment have gone since the last that proved itself. */
export class LaunchRecord {
  private readonly failures = new Map<string, LaunchFailures>();

  /** Of the latest deployment that has any, unless told which. */
  of(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined {
    if (deploymentId !== undefined) {
      return this.failures.get(deployedVariantKey(endpointName, { name: variantName, deploymentId }));
    }
    const prefix = `${variantKey(endpointName, variantName)}/`;
    return [...this.failures].findLast(([key]) => key.startsWith(prefix))?.[1];
  }

  failed(member: Member, failure: Omit<LaunchFailure, 'launchedAt'>): void {
    const { launchedAt, variantKey: key } = member;
    this.failures.set(key, withFailure(this.failures.get(key), { launchedAt, ...failure }));
  }

  /** The last words of an instance whose failure was recorded at `at`, unless another has failed since. */
  addOutput({ variantKey: key }: Member, at: number, lines: readonly string[]): void {
    const failures = this.failures.get(key);
    if (failures?.lastAt !== at) return;
    this.failures.set(key, { ...failures, lastReason: withOutput(failures.lastReason, lines) });
  }

  /** Launches go well again, where this instance is young enough to tell; returns whether they had not. */
  proved({ launchedAt, variantKey: key }: Member): boolean {
    const failures = this.failures.get(key);
    return failures !== undefined && isOvercome(failures, launchedAt) && this.failures.delete(key);
  }

  /** Forgets deployments that the endpoint does not have any more: their failures say nothing about those that it has. */
  keepOnly({ deployment, name, variants }: Pick<Endpoint, 'deployment' | 'name' | 'variants'>): void {
    const kept = new Set([...variants, ...(deployment?.variants ?? [])].map((each) => deployedVariantKey(name, each)));
    for (const key of this.failures.keys()) {
      if (key.startsWith(variantKeyPrefix(name)) && !kept.has(key)) this.failures.delete(key);
    }
  }
}
