import { backlogSize } from '../../core/invocation/backlog.js';
import { DEFAULT_MAX_KEEP_WARM_MS, DEFAULT_PROMISE, type ScalingPromise } from '../../core/scaling/promise.js';
import { NOT_SUSPENDED } from '../../core/scaling/scalable-target.js';
import { decide, nextDecisionAt } from '../../core/scaling/scaling-decision.js';
import type { ScalingObservation } from '../../core/scaling/scaling-observation.js';
import type { VariantHistory } from '../../core/learning/variant-history.js';
import { CooldownKeeper } from '../cooldown-keeper.js';
import type { Decider, Look, Situation } from '../decider.js';
import { Learning } from '../learning.js';
import { PolicyAlarms, type PolicySet, SAMPLE_MS } from '../policy-alarms.js';

/** The settings that an operator or a user of Ebb may choose. */
export interface EbbSettings {
  readonly promise: ScalingPromise;
  readonly maxKeepWarmMs: number;
  /** Absent if the promise alone decides. */
  readonly policySet?: PolicySet;
}

/** The settings by default, which are the defaults of `EBB_START_WITHIN_SECONDS` and `EBB_KEEP_WARM_SECONDS`. */
export const EBB_DEFAULTS: EbbSettings = { promise: DEFAULT_PROMISE, maxKeepWarmMs: DEFAULT_MAX_KEEP_WARM_MS };

/**
 * Ebb's own decision, unchanged. It sees the observation that the engine would make, learns from the simulated work as
 * it would from real work, and looks after every event.
 */
export class EbbDecider implements Decider {
  private readonly alarms?: PolicyAlarms;
  private readonly cooldowns = new CooldownKeeper();
  private readonly learning: Learning;
  private sampledAt = -Infinity;

  /** A new deployment has no history; `history` is the history of a deployment that has run before. */
  constructor(
    private readonly settings: EbbSettings = EBB_DEFAULTS,
    history?: VariantHistory,
  ) {
    this.learning = new Learning(history);
    if (settings.policySet) this.alarms = new PolicyAlarms(settings.policySet);
  }

  isRousedBy(): boolean {
    return true;
  }

  accepted(count: number): void {
    this.learning.noteAccepted(count);
  }

  served(serviceMs: number): void {
    this.learning.noteServed(serviceMs);
  }

  started(startMs: number, now: number): void {
    this.learning.noteStarted(startMs, now);
  }

  /** Returns the history learnt until now, for a run that begins with it. */
  history(now: number): VariantHistory {
    return this.learning.learnt(now);
  }

  look(situation: Situation): Look {
    const { now } = situation;
    const sampleAt = this.sample(situation);
    const observation = this.observe(situation);
    const readings = this.alarms?.take() ?? [];
    const decision = decide(observation, readings);
    this.cooldowns.note(decision, situation.desired, now);
    const dueAt = nextDecisionAt(observation, readings);
    return { desired: decision.desired, lookAgainAt: Math.min(dueAt ?? Infinity, sampleAt) };
  }

  /** Samples the metrics of the alarms if due, and returns the time of the next sample. */
  private sample(situation: Situation): number {
    if (!this.alarms) return Infinity;
    const second = Math.floor(situation.now / SAMPLE_MS);
    if (second > this.sampledAt) {
      this.alarms.tick(situation);
      this.sampledAt = second;
    }
    return (second + 1) * SAMPLE_MS;
  }

  private observe(situation: Situation): ScalingObservation {
    const { now, slotsPerInstance } = situation;
    const { maxKeepWarmMs, policySet, promise } = this.settings;
    const backlog = policySet?.isWokenByPoliciesOnly ? alwaysNew(situation) : situation.backlog;
    const estimates = this.learning.estimates(maxKeepWarmMs, now);
    this.learning.demanded(Math.ceil(backlogSize(backlog) / slotsPerInstance), now);
    const startingSince = situation.startingSince;
    this.cooldowns.see(startingSince, now);
    return {
      now,
      backlog,
      desired: situation.desired,
      starting: situation.starting,
      inService: situation.inService,
      busy: situation.busy,
      idleSince: situation.idleSince,
      startingSince,
      runningForMs: situation.runningForMs,
      slotsPerInstance,
      bounds: { ...situation.bounds, source: 'scalable target', suspended: NOT_SUSPENDED },
      pace: policySet?.pace ?? 'fast',
      promise,
      maxKeepWarmMs,
      estimates,
      cooldowns: this.cooldowns.cooldowns,
    };
  }
}

/**
 * Makes the backlog look new at every moment. Ebb wakes a backlog that its policies have left waiting for a while, and
 * so never wakes this one.
 */
function alwaysNew({ backlog, now }: Situation): Situation['backlog'] {
  return backlog.queued > 0 ? { ...backlog, oldestAcceptedAt: now } : backlog;
}
