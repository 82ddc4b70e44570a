import { type DeployedVariant, variantKey, variantKeyPrefix } from '../endpoint/variant.js';

/** A variant registered with Application Auto Scaling, and its bounds. */
export interface ScalableTarget {
  readonly id: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly roleArn?: string;
  readonly suspended: SuspendedState;
  readonly createdAt: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** The last changes that policies made, as far as their cooldowns are still of interest. */
  readonly cooldowns?: Cooldowns;
}

/** A scalable target has the key of its variant. */
export function scalableTargetKey(endpointName: string, variantName: string): string {
  return variantKey(endpointName, variantName);
}

/** The key of every scalable target of an endpoint begins with this, and so does that of all that belongs to one. */
export function scalableTargetPrefix(endpointName: string): string {
  return variantKeyPrefix(endpointName);
}

export interface SuspendedState {
  readonly dynamicScalingIn: boolean;
  readonly dynamicScalingOut: boolean;
  readonly scheduledScaling: boolean;
}

export const NOT_SUSPENDED: SuspendedState = {
  dynamicScalingIn: false,
  dynamicScalingOut: false,
  scheduledScaling: false,
};

/** One change of capacity by a policy: the changes that follow within its cooldown take account of it. */
export interface CooldownStep {
  readonly policyName: string;
  readonly from: number;
  readonly to: number;
  readonly cooldownMs: number;
  /** A cooldown begins when the change is complete; absent while its instances still come or go. */
  readonly completedAt?: number;
}

export interface Cooldowns {
  readonly out?: CooldownStep;
  readonly in?: CooldownStep;
}

export const NO_COOLDOWNS: Cooldowns = {};

/** The step that a decision makes from where the capacity was; absent where it changes nothing, or nobody's cooldown begins. */
export function cooldownStepOf(
  {
    desired,
    policy,
  }: { readonly desired: number; readonly policy?: { readonly name: string; readonly cooldownMs: number } },
  from: number,
): CooldownStep | undefined {
  if (!policy || desired === from) return undefined;
  return { policyName: policy.name, from, to: desired, cooldownMs: policy.cooldownMs };
}

/** The cooldowns from a step on. Scaling out cancels what is left of a scale-in cooldown. */
export function withStep(cooldowns: Cooldowns, step: CooldownStep): Cooldowns {
  return step.to > step.from ? { out: step } : { ...cooldowns, in: step };
}

/** Whether the step's cooldown still runs; one that is not complete has not even begun, and holds. */
export function isCoolingDown(step: CooldownStep | undefined, now: number): boolean {
  return step !== undefined && (step.completedAt === undefined || now < step.completedAt + step.cooldownMs);
}

/**
 * How much of a capacity the last scale-out has added, while it is still cooling down: it counts towards what is to be
 * added next.
 */
export function addedWithinCooldown({ out }: Cooldowns, capacity: number, now: number): number {
  if (!out || !isCoolingDown(out, now)) return 0;
  return Math.max(0, Math.min(out.to, capacity) - out.from);
}

/** How many instances a variant may have, and whether the number moves by itself. */
export interface CapacityBounds {
  readonly minimum: number;
  readonly maximum: number;
  readonly source: 'scalable target' | 'managed instance scaling' | 'desired instance count';
  readonly suspended: SuspendedState;
}

/** A scalable target rules; without one the variant's own ManagedInstanceScaling; without either the count is fixed. */
export function capacityBounds(variant: DeployedVariant, target: ScalableTarget | undefined): CapacityBounds {
  if (target) {
    return {
      minimum: target.minCapacity,
      maximum: target.maxCapacity,
      source: 'scalable target',
      suspended: target.suspended,
    };
  }
  const managed = variant.managedInstanceScaling;
  if (managed?.enabled) {
    const minimum = managed.minInstanceCount ?? variant.initialInstanceCount;
    return {
      minimum,
      maximum: Math.max(minimum, managed.maxInstanceCount ?? minimum),
      source: 'managed instance scaling',
      suspended: NOT_SUSPENDED,
    };
  }
  const fixed = variant.desiredInstanceCount;
  return { minimum: fixed, maximum: fixed, source: 'desired instance count', suspended: NOT_SUSPENDED };
}
