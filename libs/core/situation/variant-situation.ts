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

/** Where one variant stands at one moment: all that an explanation for people may draw on. */
export interface VariantSituation {
  readonly now: number;
  readonly variantName: string;
  /** Of its endpoint. */
  readonly backlog: Backlog;
  readonly bounds: CapacityBounds;
  readonly cooldowns: Cooldowns;
  /** While its endpoint's dispatch is paused: since when, and by whom. */
  readonly dispatchPaused?: GateChange;
  readonly inService: number;
  /** Of those in service, how many run something. */
  readonly busy: number;
  readonly draining: number;
  /** Those that are kept warm without running; they count as none. */
  readonly paused: readonly PausedInstance[];
  /**
   * Of those in service that may take what waits, how many invocations they may run at once, and how many of these slots
   * are taken. Instances of no weight, and new ones that have a share of the work only, may not.
   */
  readonly slots: number;
  readonly takenSlots: number;
  readonly starts: readonly InstanceStart[];
  /** While it is being updated or on its way back, the share of the work that may go to its new instances, 0 to 1. */
  readonly newShare?: number;
  /** What half of its starts do not exceed, by phase; empty until there was one. */
  readonly usualPhasesMs: StartPhasesMs;
  readonly failures?: LaunchFailures;
  /** The scaling policies that decide on it; none leaves the decision to the promise. */
  readonly policies: readonly PolicySituation[];
  /** How long an instance with nothing to do is kept at most where no policy decides. */
  readonly maxKeepWarmMs: number;
  readonly lastChange?: CapacityChange;
  /** What was last asked for in vain, if that was after the last change. */
  readonly lastRefusal?: Pick<ScalingActivity, 'notScaledReasons' | 'startedAt' | 'lastAt'>;
}

/** An idle instance that stands still until it is needed, or until its time is over. */
export interface PausedInstance {
  readonly instanceId: string;
  readonly until: number;
}

/** A change of capacity as decided, and why. */
export interface CapacityChange {
  readonly from: number;
  readonly to: number;
  readonly cause: string;
  readonly startedAt: number;
}

/** One scaling policy, and how the alarms stand that trigger it. */
export interface PolicySituation {
  readonly policyName: string;
  readonly alarms: readonly { readonly alarmName: string; readonly state: AlarmState }[];
}

/** How many instances it has or is getting; those that drain are on their way out. */
export function instanceCount(situation: Pick<VariantSituation, 'inService' | 'starts'>): number {
  return situation.inService + situation.starts.length;
}

/** One variant with all that there is to be told of it. */
export interface VariantStatus {
  readonly variant: DeployedVariant;
  readonly situation: VariantSituation;
  /** The last decisions, changes and refusals, newest first. */
  readonly decisions: readonly ScalingActivity[];
  /** What has been learnt of it; absent where nothing has. */
  readonly history?: VariantHistory;
}

/** How long each phase of a start takes, as far as it is known: what the share `q` of all starts do not exceed. */
export function usualPhases(history: VariantHistory | undefined, q: number): StartPhasesMs {
  const known = Object.entries(history?.phases ?? {}).flatMap(([phase, distribution]) => {
    const ms = quantile(distribution, q);
    return ms === undefined ? [] : [[phase, Math.round(ms)] as const];
  });
  return Object.fromEntries(known);
}

/** Whether an instance that is in service could take an invocation now. */
export function hasRoom({ slots, takenSlots }: VariantSituation): boolean {
  return takenSlots < slots;
}
