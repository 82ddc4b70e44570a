import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { messageOf } from '../../core/errors.js';
import {
  type ScalingActivity,
  DESCRIBE_ATTEMPT,
  describeChange,
  describeFailure,
  describeSuccess,
} from '../../core/scaling/scaling-activity.js';
import type { PolicyReading, ScalingObservation } from '../../core/scaling/scaling-observation.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { ScalingDecision } from '../../core/scaling/scaling-answer.js';
import type { World } from '../world.js';

/** A variant at one moment, with the observation and the decision. */
export interface VariantLook {
  readonly endpoint: Endpoint;
  readonly variant: DeployedVariant;
  readonly observation: ScalingObservation;
  /** The readings of the variant's policies. */
  readonly readings: readonly PolicyReading[];
  readonly decision: ScalingDecision;
}

/** The outcome of a change: whether all its instances came, and if not, why. */
export interface ChangeOutcome {
  readonly succeeded: boolean;
  /** Why it failed; absent if a later change called its instances off. */
  readonly failure?: string;
}

/** The last refusal of one variant. An equal refusal only prolongs it. */
interface Refusal {
  readonly id: string;
  readonly signature: string;
  times: number;
  writtenAt: number;
}

/** How often a refusal that goes on is recorded. */
const REFUSAL_INTERVAL_MS = 60_000;

/** Records every decision that changed something, and every decision that refused a change. */
export class ScalingRecord {
  private readonly refusals = new Map<string, Refusal>();

  constructor(private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>) {}

  /**
   * Records the beginning of an activity. When `outcome` is known, the end is recorded too; the caller does not wait
   * for it.
   */
  async change(
    look: VariantLook,
    counts: { readonly from: number; readonly to: number },
    outcome: Promise<ChangeOutcome>,
  ): Promise<void> {
    const { catalog, log } = this.world;
    const { decision, endpoint, variant } = look;
    const activity = {
      ...this.activityOf(look),
      ...counts,
      description: describeChange(counts.to),
      status: 'InProgress' as const,
    };
    this.refusals.delete(scalableTargetKey(endpoint.name, variant.name));
    log.info('Scaling', { endpoint: endpoint.name, variant: variant.name, ...counts, cause: decision.cause });
    await catalog.activities.record(activity);
    void this.end(activity, outcome);
  }

  /** Records that a decision changed nothing, and why. Equal refusals in a row are one record. */
  async refusal(look: VariantLook): Promise<void> {
    const { decision, endpoint, observation, variant } = look;
    const key = scalableTargetKey(endpoint.name, variant.name);
    const { now } = observation;
    const signature = JSON.stringify([
      decision.desired,
      decision.notScaledReasons.map(({ code }) => code),
      decision.answers.map(({ by }) => by),
    ]);
    const last = this.refusals.get(key);
    if (last?.signature === signature) {
      last.times += 1;
      if (now - last.writtenAt < REFUSAL_INTERVAL_MS) return;
      last.writtenAt = now;
      await this.world.catalog.activities.amend(last.id, { lastAt: now, times: last.times });
      return;
    }
    const activity = this.activityOf(look);
    this.refusals.set(key, { id: activity.id, signature, times: 1, writtenAt: now });
    await this.world.catalog.activities.record({
      ...activity,
      from: decision.desired,
      to: decision.desired,
      description: DESCRIBE_ATTEMPT,
      status: 'Failed',
      lastAt: now,
      times: 1,
    });
  }

  private activityOf({ decision, endpoint, observation, variant }: VariantLook) {
    const { answers, cause, notScaledReasons } = decision;
    return {
      id: this.world.clock.uniqueId(),
      endpointName: endpoint.name,
      variantName: variant.name,
      cause,
      startedAt: observation.now,
      observation,
      answers,
      notScaledReasons,
    };
  }

  private async end(activity: ScalingActivity, outcome: Promise<ChangeOutcome>): Promise<void> {
    const { catalog, clock, log } = this.world;
    const { succeeded, failure } = await outcome;
    const failed = failure === undefined ? 'Overridden' : 'Failed';
    const why = failure ?? 'the instances were no longer wanted.';
    try {
      await catalog.activities.amend(activity.id, {
        status: succeeded ? 'Successful' : failed,
        statusMessage: succeeded ? describeSuccess(activity.to) : describeFailure(activity.to, why),
        endedAt: clock.now(),
      });
    } catch (error) {
      log.warn('A scaling activity stays InProgress in the record', {
        endpoint: activity.endpointName,
        reason: messageOf(error),
      });
    }
  }
}
