import { type DeployedVariant, variantKey, variantKeyPrefix } from '../endpoint/variant.js';

/** A variant that is registered with Application Auto Scaling, with its bounds. */
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
  /** The last changes that policies made, as long as their cooldowns matter. */
  readonly cooldowns?: Cooldowns;
}

/** Returns a scalable target's key in the catalog, which is the key of its variant. */
export function scalableTargetKey(endpointName: string, variantName: string): string {
  return variantKey(endpointName, variantName);
}

/** Returns the beginning of the keys of an endpoint's scalable targets, and of all that belongs to them. */
export function scalableTargetPrefix(endpointName: string): string {
  return variantKeyPrefix(endpointName);
}

/** The kinds of scaling that users have suspended. */
export interface SuspendedState {
  readonly dynamicScalingIn: boolean;
  readonly dynamicScalingOut: boolean;
  readonly scheduledScaling: boolean;
}

/** The state in which no kind of scaling is suspended. */
export const NOT_SUSPENDED: SuspendedState = {
  dynamicScalingIn: false,
  dynamicScalingOut: false,
  scheduledScaling: false,
};

/** One change of capacity by a policy. Changes that follow within its cooldown take account of it. */
export interface CooldownStep {
  readonly policyName: string;
  readonly from: number;
  readonly to: number;
  readonly cooldownMs: number;
  /** When the change was complete, which begins the cooldown; absent while its instances still come or go. */
  readonly completedAt?: number;
}

/** The last change in each direction that a policy made. */
export interface Cooldowns {
  readonly out?: CooldownStep;
  readonly in?: CooldownStep;
}

/** The cooldowns of a target that no policy has changed. */
export const NO_COOLDOWNS: Cooldowns = {};

/**
 * Returns the step that a decision makes from the capacity before; absent if it changes nothing, or begins no cooldown.
 */
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

/** Returns the cooldowns after a step. Scaling out cancels the rest of a scale-in cooldown. */
export function withStep(cooldowns: Cooldowns, step: CooldownStep): Cooldowns {
  return step.to > step.from ? { out: step } : { ...cooldowns, in: step };
}

/** Returns whether a step's cooldown holds. The cooldown of an incomplete step has not begun, and holds too. */
export function isCoolingDown(step: CooldownStep | undefined, now: number): boolean {
  return step !== undefined && (step.completedAt === undefined || now < step.completedAt + step.cooldownMs);
}

/**
 * Returns how much of a capacity the last scale-out has added, while its cooldown holds. That much counts towards the
 * next scale-out.
 */
export function addedWithinCooldown({ out }: Cooldowns, capacity: number, now: number): number {
  if (!out || !isCoolingDown(out, now)) return 0;
  return Math.max(0, Math.min(out.to, capacity) - out.from);
}

/** The least and the most instances that a variant may have, and which kinds of scaling are suspended. */
export interface CapacityBounds {
  readonly minimum: number;
  readonly maximum: number;
  readonly source: 'scalable target' | 'managed instance scaling' | 'desired instance count';
  readonly suspended: SuspendedState;
}

/**
 * Returns a variant's bounds. A scalable target rules; without one the variant's own ManagedInstanceScaling; without
 * either the count is fixed.
 */
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
