import { messageOf } from '../../core/errors.js';
import { cooldownStepOf } from '../../core/scaling/scalable-target.js';
import type { ScalingDecision } from '../../core/scaling/scaling-answer.js';
import { type Capacity, type Met, countAfter } from '../instance/capacity.js';
import { type PolicyChange, beginCooldown, completeCooldown } from './cooldowns.js';
import { type ChangeOutcome, ScalingRecord, type VariantLook } from './scaling-record.js';
import type { World } from '../world.js';

/** Records the outcomes of decisions: the scaling activity, the cooldown that it begins, and how both end. */
export class ScalingChanges {
  private readonly activities: ScalingRecord;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'log'>,
    private readonly capacity: Pick<Capacity, 'launchFailures'>,
  ) {
    this.activities = new ScalingRecord(world);
  }

  /** Records nothing for a decision that changed nothing and was not held back. */
  async record(look: VariantLook, met: Met): Promise<void> {
    const { decision } = look;
    const { before, failures, heldBack } = met;
    if (countAfter(met) !== before) {
      await this.change(look, met);
    } else if (heldBack > 0 && failures) {
      await this.activities.refusal({ ...look, decision: heldBackOf(decision, before, failures.lastReason) });
    } else if (decision.notScaledReasons.length > 0) {
      await this.activities.refusal(look);
    }
  }

  private async change(look: VariantLook, met: Met): Promise<void> {
    const { decision, endpoint, observation, variant } = look;
    const outcome = this.outcomeOf(look, met);
    await this.activities.change(look, { from: met.before, to: countAfter(met) }, outcome);
    const step = cooldownStepOf(decision, observation.desired);
    if (!step) return;
    const change: PolicyChange = { endpointName: endpoint.name, variantName: variant.name, step };
    await beginCooldown(this.world, change);
    void this.endCooldown(change, outcome);
  }

  private async endCooldown(change: PolicyChange, outcome: Promise<ChangeOutcome>): Promise<void> {
    const { succeeded } = await outcome;
    const completedAt = succeeded ? this.world.clock.now() : undefined;
    try {
      await completeCooldown(this.world, change, completedAt);
    } catch (error) {
      this.world.log.warn(
        'The end of a scaling change could not be recorded; its cooldown holds until Ebb starts again',
        {
          endpoint: change.endpointName,
          reason: messageOf(error),
        },
      );
    }
  }

  /** Resolves when the last instance of a change has come or gone. */
  private async outcomeOf({ endpoint, variant }: VariantLook, { launched, letGo }: Met): Promise<ChangeOutcome> {
    const [came] = await Promise.all([Promise.all(launched), Promise.all(letGo)]);
    if (came.every(Boolean)) return { succeeded: true };
    const { name, deploymentId } = variant;
    return { succeeded: false, failure: this.capacity.launchFailures(endpoint.name, name, deploymentId)?.lastReason };
  }
}

function heldBackOf(decision: ScalingDecision, current: number, why: string): ScalingDecision {
  return {
    ...decision,
    desired: current,
    cause: `${decision.cause}; but its launches fail: ${why}`,
    notScaledReasons: [...decision.notScaledReasons, { code: 'LaunchesFailing', currentCapacity: current }],
  };
}
