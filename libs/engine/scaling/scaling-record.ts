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

/** One look at a variant, and what was decided. */
export interface VariantLook {
  readonly endpoint: Endpoint;
  readonly variant: DeployedVariant;
  readonly observation: ScalingObservation;
  /** What the variant's policies said. */
  readonly readings: readonly PolicyReading[];
  readonly decision: ScalingDecision;
}

/** What came of a change: how many instances were to come, whether they did, and why not. */
export interface ChangeOutcome {
  readonly succeeded: boolean;
  /** Why it failed; absent where its instances were called off by a later change. */
  readonly failure?: string;
}

/** The last refusal of one variant, which the same again only prolongs. */
interface Refusal {
  readonly id: string;
  readonly signature: string;
  times: number;
  writtenAt: number;
}

/** A refusal that goes on is written down this often. */
const REFUSAL_INTERVAL_MS = 60_000;

/** Writes down every decision that changed something, and every one that did not change what somebody wanted to. */
export class ScalingRecord {
  private readonly refusals = new Map<string, Refusal>();

  constructor(private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>) {}

  /** Begins an activity, which ends, without anybody waiting for it, when `outcome` is known. */
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

  /** Records that a decision changed nothing, and why; the same again, one after the other, is one record. */
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
