import { backlogSize } from '../../core/invocation/backlog.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { maxKeepWarmFromTags } from '../../core/scaling/promise.js';
import { scalableTargetPrefix } from '../../core/scaling/scalable-target.js';
import type { NotScaledCode } from '../../core/scaling/scaling-answer.js';
import { decide, nextDecisionAt } from '../../core/scaling/scaling-decision.js';
import type { PolicyReading } from '../../core/scaling/scaling-observation.js';
import type { VariantEstimates } from '../../core/learning/variant-history.js';
import type { Capacity, Met } from '../instance/capacity.js';
import { concludeOrder, orderInstances } from './instance-order.js';
import { observeVariant } from './observe-variant.js';
import { ScalingChanges } from './scaling-changes.js';
import type { VariantLook } from './scaling-record.js';
import type { ScalingSettings } from './scaling-settings.js';
import type { World } from '../world.js';

/** How soon an idle instance is looked at again if one of its slots has just been taken. */
const TAKEN_RETRY_MS = 500;

/** The reasons not to scale that last until something else changes. */
const LASTING: ReadonlySet<NotScaledCode> = new Set([
  'AlreadyAtMaxCapacity',
  'AlreadyAtMinCapacity',
  'AlreadyAtDesiredCapacity',
  'AutoScalingAnticipatedFlapping',
  'DispatchPaused',
  'ScalingSuspended',
]);

/** The source of the readings of a variant's policies. */
export interface PolicyReadings {
  /** Returns the readings. Each action that is due is returned once. */
  take(endpointName: string, variantName: string): Promise<PolicyReading[]>;
  /** Takes back readings that were not acted on: their due actions are returned again. */
  giveBack(readings: readonly PolicyReading[]): void;
  /** Stops asking the endpoint's policies until something changes. */
  rest(endpointName: string): void;
}

/** The histories of variants, which estimates come from and observations go into. */
export interface Learnt {
  /** Adds an observation: how many instances the backlog could use now, regardless of how many exist, and its size. */
  demanded(endpointName: string, variantName: string, demand: number, backlog: number): void;
  estimates(endpointName: string, variantName: string, maxKeepWarmMs: number): Promise<VariantEstimates>;
}

/** The things that decisions rest on besides the observation. */
export interface ScalingGrounds {
  readonly policies: PolicyReadings;
  readonly learnt: Learnt;
  readonly settings: ScalingSettings;
}

/** The outcome of one look at the variants of an endpoint. */
export interface Scaled {
  /** When to look again even if nothing happens; absent if only an event can change the decision. */
  readonly dueAt?: number;
  /** The outcomes of the orders, one a variant. */
  readonly met: readonly Met[];
}

/** Observes the variants of one endpoint, decides, records the order, and has it carried out. */
export class EndpointScaler {
  private readonly changes: ScalingChanges;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'log'>,
    private readonly capacity: Pick<Capacity, 'instances' | 'launchFailures' | 'meetTargets' | 'runningForMs'>,
    private readonly grounds: ScalingGrounds,
    private readonly leadership: { readonly isLeading: boolean },
  ) {
    this.changes = new ScalingChanges(world, capacity);
  }

  /** Does nothing more if this process lost the lead while it observed or while it recorded the order. */
  async scale(endpoint: Endpoint): Promise<Scaled> {
    const looks = await this.look(endpoint);
    this.teach(looks);
    const ordered = await this.order(endpoint, looks);
    // Without the lead, an order stands, and the new leader carries it out.
    if (!this.leadership.isLeading) return { met: [] };
    if (!ordered) return { dueAt: this.world.clock.now(), met: [] };
    const met = this.capacity.meetTargets(ordered);
    const done = looks.map((look) => ({ look, met: metOf(look, met) }));
    // First, because what was done is told only now, while an order can be concluded at the next look as well.
    await Promise.all(done.map((each) => this.changes.record(each.look, each.met)));
    await concludeOrder(this.world, ordered, done);
    this.letPoliciesRest(looks);
    const times = done.flatMap((each) => this.timesOf(each.look, each.met));
    return { dueAt: times.length === 0 ? undefined : Math.min(...times), met };
  }

  /**
   * Records the order. If that comes to nothing, the due actions go back to their policies: the decisions were not
   * carried out, and the next look makes them again.
   */
  private async order(endpoint: Endpoint, looks: readonly VariantLook[]): Promise<Endpoint | undefined> {
    let ordered: Endpoint | undefined;
    try {
      if (this.leadership.isLeading) ordered = await orderInstances(this.world, endpoint, looks);
      return ordered;
    } finally {
      if (!ordered) this.grounds.policies.giveBack(looks.flatMap(({ readings }) => readings));
    }
  }

  /** Decides about each variant from facts of one moment. */
  private async look(endpoint: Endpoint): Promise<VariantLook[]> {
    const { catalog, clock, invocations } = this.world;
    const { learnt, policies, settings } = this.grounds;
    const { name, variants } = endpoint;
    const maxKeepWarmMs = maxKeepWarmFromTags(endpoint.tags, settings.maxKeepWarmMs);
    const [backlog, targets, estimates] = await Promise.all([
      invocations.backlog(name),
      catalog.scalableTargets.under(scalableTargetPrefix(name)),
      Promise.all(variants.map((variant) => learnt.estimates(name, variant.name, maxKeepWarmMs))),
    ]);
    // Last, because an action that is taken must not be lost to a failure of the others.
    const readings = await Promise.all(variants.map((variant) => policies.take(name, variant.name)));
    // Nothing is awaited from here on, so that the decision rests on the counts of this moment.
    const reading = { now: clock.now(), endpoint, backlog, targets, settings, capacity: this.capacity };
    return variants.map((variant, index) => {
      const observation = observeVariant(reading, variant, estimates[index]!);
      const decision = decide(observation, readings[index]);
      return { endpoint, variant, observation, readings: readings[index]!, decision };
    });
  }

  private teach(looks: readonly VariantLook[]): void {
    for (const { endpoint, observation, variant } of looks) {
      const size = backlogSize(observation.backlog);
      this.grounds.learnt.demanded(endpoint.name, variant.name, Math.ceil(size / variant.slots), size);
    }
  }

  private letPoliciesRest(looks: readonly VariantLook[]): void {
    for (const { decision, endpoint } of looks) {
      const codes = decision.notScaledReasons.map(({ code }) => code);
      if (codes.length > 0 && codes.every((code) => LASTING.has(code))) this.grounds.policies.rest(endpoint.name);
    }
  }

  /**
   * Returns when to look again: when the decision may change, and when to retry the part of the order that was held
   * back.
   */
  private timesOf({ observation, readings }: VariantLook, { launchableAt, taken }: Met): number[] {
    const decisionAt = nextDecisionAt(observation, readings);
    return [
      ...(decisionAt === undefined ? [] : [decisionAt]),
      ...(launchableAt === Infinity ? [] : [launchableAt]),
      ...(taken === 0 ? [] : [observation.now + TAKEN_RETRY_MS]),
    ];
  }
}

function metOf({ variant }: VariantLook, met: readonly Met[]): Met {
  return met.find(({ deploymentId, variantName }) => {
    return variantName === variant.name && deploymentId === variant.deploymentId;
  })!;
}
