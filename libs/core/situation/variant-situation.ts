import type { AlarmState } from '../alarm/alarm.js';
import type { Backlog } from '../invocation/backlog.js';
import type { LaunchFailures } from '../instance/crash-loop.js';
import { quantile } from '../learning/distribution.js';
import type { GateChange } from '../endpoint/endpoint-gates.js';
import type { DeployedVariant } from '../endpoint/variant.js';
import type { InstanceStart, StartPhasesMs } from '../instance/start-phase.js';
import type { CapacityBounds, Cooldowns } from '../scaling/scalable-target.js';
import type { ScalingActivity } from '../scaling/scaling-activity.js';
import type { VariantHistory } from '../learning/variant-history.js';

/** The situation of one variant at one moment: all that an explanation for people may use. */
export interface VariantSituation {
  readonly now: number;
  readonly variantName: string;
  /** The backlog of its endpoint. */
  readonly backlog: Backlog;
  readonly bounds: CapacityBounds;
  readonly cooldowns: Cooldowns;
  /** Present while its endpoint's dispatch is paused: since when, and by whom. */
  readonly dispatchPaused?: GateChange;
  readonly inService: number;
  /** How many of the instances in service run an invocation. */
  readonly busy: number;
  readonly draining: number;
  /** The instances that are kept warm without running; they do not count as instances. */
  readonly paused: readonly PausedInstance[];
  /**
   * The slots of the instances in service that may take any queued invocation. Not counted are instances without weight,
   * and new ones that may take only a share of the work.
   */
  readonly slots: number;
  /** How many of `slots` are taken. */
  readonly takenSlots: number;
  readonly starts: readonly InstanceStart[];
  /** During an update or its rollback, the share of the work that may go to its new instances, 0 to 1. */
  readonly newShare?: number;
  /** The median duration of each phase of its starts; empty before its first start. */
  readonly usualPhasesMs: StartPhasesMs;
  readonly failures?: LaunchFailures;
  /** The scaling policies that decide on it; if there are none, the promise decides. */
  readonly policies: readonly PolicySituation[];
  /** How long an idle instance is kept at most, if no policy decides. */
  readonly maxKeepWarmMs: number;
  readonly lastChange?: CapacityChange;
  /** The last refused change, if it is later than the last change. */
  readonly lastRefusal?: Pick<ScalingActivity, 'notScaledReasons' | 'startedAt' | 'lastAt'>;
}

/** An idle instance that is paused until it is needed, or until its time is over. */
export interface PausedInstance {
  readonly instanceId: string;
  readonly until: number;
}

/** A decided change of capacity, and why it was decided. */
export interface CapacityChange {
  readonly from: number;
  readonly to: number;
  readonly cause: string;
  readonly startedAt: number;
}

/** One scaling policy, with the states of the alarms that trigger it. */
export interface PolicySituation {
  readonly policyName: string;
  readonly alarms: readonly { readonly alarmName: string; readonly state: AlarmState }[];
}

/** Returns how many instances a variant has or is getting; draining ones do not count. */
export function instanceCount(situation: Pick<VariantSituation, 'inService' | 'starts'>): number {
  return situation.inService + situation.starts.length;
}

/** One variant with its situation, its last decisions and its history. */
export interface VariantStatus {
  readonly variant: DeployedVariant;
  readonly situation: VariantSituation;
  /** The last decisions, changes and refusals, newest first. */
  readonly decisions: readonly ScalingActivity[];
  /** The learnt history; absent if nothing has been learnt. */
  readonly history?: VariantHistory;
}

/**
 * Returns how long each phase of a start takes, as far as it is known: the time that the share `q` of all starts do not
 * exceed.
 */
export function usualPhases(history: VariantHistory | undefined, q: number): StartPhasesMs {
  const known = Object.entries(history?.phases ?? {}).flatMap(([phase, distribution]) => {
    const ms = quantile(distribution, q);
    return ms === undefined ? [] : [[phase, Math.round(ms)] as const];
  });
  return Object.fromEntries(known);
}

/** Returns whether an instance in service could take an invocation now. */
export function hasRoom({ slots, takenSlots }: VariantSituation): boolean {
  return takenSlots < slots;
}
