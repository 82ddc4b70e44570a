import { type Backlog, backlogSize } from './backlog.js';
import type { DeployedVariant } from './endpoint.js';

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
}

export function scalableTargetKey(endpointName: string, variantName: string): string {
  return `endpoint/${endpointName}/variant/${variantName}`;
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

/** All that a scaling decision may look at. */
export interface ScalingObservation {
  readonly now: number;
  readonly backlog: Backlog;
  /** Launched and not yet in service. They count once: as capacity that is on its way. */
  readonly starting: number;
  readonly inService: number;
  /** Of those in service, how many run something. */
  readonly busy: number;
  /** Since when each idle instance in service has been idle, in no order. */
  readonly idleSince: readonly number[];
  readonly slotsPerInstance: number;
  readonly bounds: CapacityBounds;
  /** How long an instance with nothing to do is kept. */
  readonly keepWarmMs: number;
}

export type NotScaledCode = 'AlreadyAtMaxCapacity' | 'AlreadyAtMinCapacity' | 'AlreadyAtDesiredCapacity';

/** What a decision wanted and could not have, in Application Auto Scaling's terms. */
export interface NotScaledReason {
  readonly code: NotScaledCode;
  readonly currentCapacity: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

export interface ScalingDecision {
  readonly desired: number;
  /** One sentence with the numbers that led to `desired`. */
  readonly cause: string;
  readonly notScaledReasons: readonly NotScaledReason[];
}

/**
 * The default rule: as many instances as the backlog fills, in one step, at once; and an instance goes when it has had
 * nothing to do for the keep-warm time. It never asks for fewer than are busy or starting.
 */
export function decide(observation: ScalingObservation): ScalingDecision {
  const { backlog, bounds, slotsPerInstance } = observation;
  const current = observation.starting + observation.inService;
  const needed = Math.ceil(backlogSize(backlog) / slotsPerInstance);
  if (current > bounds.maximum)
    return scaleInTo(observation, bounds.maximum, `maximum capacity was set to ${bounds.maximum}`);
  if (current < bounds.minimum) {
    return settled(
      Math.min(bounds.maximum, Math.max(bounds.minimum, needed)),
      `minimum capacity was set to ${bounds.minimum}`,
    );
  }
  if (needed > current) return scaleOut(observation, current, needed);
  return scaleIn(observation, current, needed);
}

function scaleOut(observation: ScalingObservation, current: number, needed: number): ScalingDecision {
  const { bounds } = observation;
  const cause = backlogCause(observation, needed);
  if (bounds.suspended.dynamicScalingOut) return settled(current, `${cause}; scaling out is suspended`);
  const desired = Math.min(needed, bounds.maximum);
  const notScaledReasons: NotScaledReason[] =
    desired < needed ? [{ code: 'AlreadyAtMaxCapacity', currentCapacity: desired, maxCapacity: bounds.maximum }] : [];
  const cut = desired < needed ? `; the maximum capacity is ${bounds.maximum}` : '';
  return { desired, cause: cause + cut, notScaledReasons };
}

function scaleIn(observation: ScalingObservation, current: number, needed: number): ScalingDecision {
  const { bounds, now, keepWarmMs } = observation;
  const surplus = observation.idleSince.filter((since) => now - since >= keepWarmMs).length;
  const desired = Math.max(needed, bounds.minimum, current - surplus);
  if (desired >= current) return settled(current, backlogCause(observation, needed));
  const cause = `${surplus} of ${current} instances had nothing to do for ${keepWarmMs / 1000} s`;
  if (bounds.suspended.dynamicScalingIn) return settled(current, `${cause}; scaling in is suspended`);
  return scaleInTo(observation, desired, cause);
}

/** Busy and starting instances are out of reach: they go when they are idle. */
function scaleInTo(observation: ScalingObservation, wanted: number, cause: string): ScalingDecision {
  return settled(Math.max(wanted, observation.busy + observation.starting), cause);
}

function settled(desired: number, cause: string): ScalingDecision {
  return { desired, cause, notScaledReasons: [] };
}

function backlogCause({ backlog, slotsPerInstance }: ScalingObservation, needed: number): string {
  return (
    `backlog of ${backlogSize(backlog)} (${backlog.queued} queued, ${backlog.running} running) at ` +
    `${slotsPerInstance} per instance needs ${needed} instance${needed === 1 ? '' : 's'}`
  );
}

/**
 * When the passage of time alone could change the decision; absent when only an event can. An instance whose time was
 * up already has been decided on.
 */
export function nextDecisionAt(observation: ScalingObservation): number | undefined {
  const { bounds, idleSince, keepWarmMs, now } = observation;
  const current = observation.starting + observation.inService;
  if (current <= bounds.minimum || bounds.suspended.dynamicScalingIn) return undefined;
  const due = idleSince.map((since) => since + keepWarmMs).filter((at) => at > now);
  return due.length === 0 ? undefined : Math.min(...due);
}
