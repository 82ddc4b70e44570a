import { type LaunchFailure, type LaunchFailures, isOvercome, withFailure } from '../../core/instance/crash-loop.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { withOutput } from '../../core/instance/instance-end.js';
import { deployedVariantKey, variantKey, variantKeyPrefix } from '../../core/endpoint/variant.js';
import type { Member } from './fleet-member.js';

/** Records how the launches of each variant of each deployment have gone since the last that proved itself. */
export class LaunchRecord {
  private readonly failures = new Map<string, LaunchFailures>();

  /** Returns the launch failures of a variant, by default those of the latest deployment that has any. */
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

  /** Adds the last output of an instance whose failure was recorded at `at`, unless another has failed since. */
  addOutput({ variantKey: key }: Member, at: number, lines: readonly string[]): void {
    const failures = this.failures.get(key);
    if (failures?.lastAt !== at) return;
    this.failures.set(key, { ...failures, lastReason: withOutput(failures.lastReason, lines) });
  }

  /**
   * Notes that launches go well again, if this instance was launched late enough to show it. Returns whether they had
   * been failing.
   */
  proved({ launchedAt, variantKey: key }: Member): boolean {
    const failures = this.failures.get(key);
    return failures !== undefined && isOvercome(failures, launchedAt) && this.failures.delete(key);
  }

  /**
   * Forgets the deployments that the endpoint no longer has: their failures say nothing about its present deployments.
   */
  keepOnly({ deployment, name, variants }: Pick<Endpoint, 'deployment' | 'name' | 'variants'>): void {
    const kept = new Set([...variants, ...(deployment?.variants ?? [])].map((each) => deployedVariantKey(name, each)));
    for (const key of this.failures.keys()) {
      if (key.startsWith(variantKeyPrefix(name)) && !kept.has(key)) this.failures.delete(key);
    }
  }
}
