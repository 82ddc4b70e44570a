import { nextLaunchAt } from '../../core/instance/crash-loop.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { cooldownStepOf } from '../../core/scaling/scalable-target.js';
import type { NotScaledCode, ScalingDecision } from '../../core/scaling/scaling-answer.js';
import { decide, nextDecisionAt } from '../../core/scaling/scaling-decision.js';
import { orderInForce } from '../../core/scaling/wake-order.js';
import type { PolicyReading } from '../../core/scaling/scaling-observation.js';
import { type PolicyChange, beginCooldown, completeCooldown } from './cooldowns.js';
import type { Fleet } from '../instance/fleet.js';
import { type Learnt, observeVariant } from './observe-variant.js';
import { type ChangeOutcome, ScalingRecord, type VariantLook } from './scaling-record.js';
import type { ScalingSettings } from './scaling-settings.js';
import type { World } from '../world.js';

/** An idle instance on which a slot has just been taken is looked at again after this time. */
const TAKEN_RETRY_MS = 500;

/** What a policy asks for again and again to no effect, until something else changes. */
const LASTING: ReadonlySet<NotScaledCode> = new Set([
  'AlreadyAtMaxCapacity',
  'AlreadyAtMinCapacity',
  'AlreadyAtDesiredCapacity',
  'AutoScalingAnticipatedFlapping',
  'DispatchPaused',
  'ScalingSuspended',
]);

/** Where the readings of a variant's policies come from. */
export interface PolicyReadings {
  /** Actions that are due are handed out once. */
  take(endpointName: string, variantName: string): Promise<PolicyReading[]>;
  /** Asking the policies again is no use until something changes. */
  rest(endpointName: string): void;
}

/** Observes one variant, decides, and sees to it: launches what is missing, drains what is idle and too much. */
export class VariantScaler {
  private readonly record: ScalingRecord;

  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly policies: PolicyReadings,
    private readonly learnt: Learnt,
    private readonly settings: ScalingSettings,
  ) {
    this.record = new ScalingRecord(world);
  }

  /**
   * Returns when the passage of time alone calls for another look, if it does. Nothing is done where `leadership` was
   * lost while the world was looked at.
   */
  async scale(
    endpoint: Endpoint,
    variant: DeployedVariant,
    leadership: { readonly isLeading: boolean },
  ): Promise<number | undefined> {
    this.fleet.route(endpoint);
    const readings = await this.policies.take(endpoint.name, variant.name);
    const observation = await observeVariant(this.world, this.fleet, this.learnt, this.settings, endpoint, variant);
    if (!leadership.isLeading) return undefined;
    const decision = decide(observation, readings);
    const retryAt = await this.carryOut({ endpoint, variant, observation, decision });
    const { notScaledReasons } = decision;
    if (notScaledReasons.length > 0 && notScaledReasons.every(({ code }) => LASTING.has(code))) {
      this.policies.rest(endpoint.name);
    }
    const dueAt = nextDecisionAt(observation, readings);
    return retryAt === undefined || dueAt === undefined ? (retryAt ?? dueAt) : Math.min(retryAt, dueAt);
  }

  /**
   * Returns when to look again because not all could be done: launches are being held back, or an instance that was
   * chosen to go has been taken for work.
   */
  private async carryOut(look: VariantLook): Promise<number | undefined> {
    const { decision, endpoint, observation, variant } = look;
    const { now } = observation;
    const current = observation.starting + observation.inService;
    const missing = Math.max(0, decision.desired - current);
    const surplus = Math.max(0, current - decision.desired);
    const failures = this.fleet.launchFailures(endpoint.name, variant.name, variant.deploymentId);
    const launchable = this.fleet.launchableNow(endpoint.name, variant.name, missing, variant.deploymentId);
    // Nothing is awaited between the observation and here.
    const launched = launchable > 0 ? this.fleet.launch(endpoint, variant, launchable) : [];
    const drained = surplus > 0 ? this.fleet.scaleIn(endpoint, variant, surplus) : [];
    const to = current + launched.length - drained.length;
    if (to !== current) {
      await this.change(look, { from: current, to }, this.outcomeOf(look, launched, drained));
    } else if (missing > 0 && failures) {
      await this.record.refusal({ ...look, decision: heldBack(decision, current, failures.lastReason) });
    } else if (decision.notScaledReasons.length > 0) {
      await this.record.refusal(look);
    }
    await this.setDesired(look, launched.length === missing);
    if (launched.length < missing) return later(nextLaunchAt(failures), now);
    return drained.length < surplus ? now + TAKEN_RETRY_MS : undefined;
  }

  private async change(
    look: VariantLook,
    counts: { readonly from: number; readonly to: number },
    outcome: Promise<ChangeOutcome>,
  ): Promise<void> {
    const { decision, endpoint, observation, variant } = look;
    await this.record.change(look, counts, outcome);
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
      this.world.log.warn('The end of a change could not be recorded; its cooldown holds until the next start', {
        endpoint: change.endpointName,
        reason: String(error),
      });
    }
  }

  /** A change is complete when its last instance has come or gone. */
  private async outcomeOf(
    { endpoint, variant }: VariantLook,
    launched: readonly Promise<boolean>[],
    drained: readonly Promise<void>[],
  ): Promise<ChangeOutcome> {
    const [came] = await Promise.all([Promise.all(launched), Promise.all(drained)]);
    if (came.every(Boolean)) return { succeeded: true };
    return {
      succeeded: false,
      failure: this.fleet.launchFailures(endpoint.name, variant.name, variant.deploymentId)?.lastReason,
    };
  }

  /** A count that users set by hand is theirs. An order to wake that was carried out, or is too old, is done with. */
  private async setDesired(
    { decision, endpoint, observation, variant }: VariantLook,
    isCarriedOut: boolean,
  ): Promise<void> {
    const { wakeOrder } = variant;
    const isDone = wakeOrder !== undefined && (isCarriedOut || orderInForce(observation) === undefined);
    const isTheirs = observation.bounds.source === 'desired instance count';
    const desired = isTheirs ? variant.desiredInstanceCount : decision.desired;
    if (desired === variant.desiredInstanceCount && !isDone) return;
    await this.world.catalog.endpoints.update(endpointKey(endpoint.name), (current) => ({
      ...current,
      variants: current.variants.map((each) => {
        if (each.name !== variant.name) return each;
        // Another order may have come in between.
        const left = isDone && each.wakeOrder?.at === wakeOrder.at ? undefined : each.wakeOrder;
        return { ...each, desiredInstanceCount: desired, wakeOrder: left };
      }),
    }));
  }
}

/** A time that is over already asks for nothing: an event will. */
function later(at: number, now: number): number | undefined {
  return at > now ? at : undefined;
}

function heldBack(decision: ScalingDecision, current: number, why: string): ScalingDecision {
  return {
    ...decision,
    desired: current,
    cause: `${decision.cause}; but its launches fail: ${why}`,
    notScaledReasons: [...decision.notScaledReasons, { code: 'LaunchesFailing', currentCapacity: current }],
  };
}
