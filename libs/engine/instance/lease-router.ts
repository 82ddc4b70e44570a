import type { Instance } from '../../core/instance/instance.js';
import type { Traffic, VariantTraffic } from '../../core/deployment/traffic.js';
import { chooseInstance } from '../../core/instance/choose-instance.js';

/** An instance with the facts that the router uses. */
export interface RoutedInstance extends Instance {
  readonly deploymentId: string;
  /** Whether work is spread over its variant's instances, as `LEAST_OUTSTANDING_REQUESTS` asks. */
  readonly spreads: boolean;
}

/**
 * Chooses the instance that takes the next lease of one endpoint. The new side of a deployment never takes more than
 * its share, because the share limits the damage that a bad container can do. The serving side takes the rest. Within a
 * side, variants with a free slot take turns by weight; a variant that was full does not get its missed turns later.
 */
export class LeaseRouter {
  /** The number of leases since the shares were set: of both sides, and of the new side (`taken`). */
  private all = 0;
  private taken = 0;
  /** The time of each variant's next turn, on a clock that advances by 1/weight with each lease of the variant. */
  private readonly turns = new Map<string, number>();
  private now = 0;

  constructor(readonly traffic: Traffic) {}

  /**
   * Chooses an instance, and counts the choice as a lease. Returns undefined if no instance that may take it has a free
   * slot.
   */
  choose<T extends RoutedInstance>(instances: readonly T[]): T | undefined {
    const isNew = this.mayTakeNew(instances) ? this.chooseWithin(this.traffic.rollingOut, instances) : undefined;
    if (isNew) this.taken += 1;
    const chosen = isNew ?? (this.mayTakeServing() ? this.chooseWithin(this.traffic.serving, instances) : undefined);
    if (chosen) this.all += 1;
    return chosen;
  }

  /**
   * Takes back a choice for which no work was left, and gives its variant the turn again. Otherwise the first of equal
   * variants would have every turn when work comes one by one and slots are chosen by the dozen.
   */
  giveBack(instance: RoutedInstance): void {
    this.all -= 1;
    if (isOf(this.traffic.rollingOut, instance)) this.taken -= 1;
    const { serving, rollingOut } = this.traffic;
    const variant = [...serving, ...rollingOut].find((one) => isOf([one], instance));
    const next = variant && this.turns.get(keyOf(variant));
    if (next === undefined) return;
    const turn = next - 1 / variant!.weight;
    this.turns.set(keyOf(variant!), turn);
    this.now = Math.min(this.now, turn);
  }

  private mayTakeNew(instances: readonly RoutedInstance[]): boolean {
    const { newShare, serving } = this.traffic;
    if (newShare === 0) return false;
    if (this.taken + 1 <= newShare * (this.all + 1)) return true;
    // If no serving instance can take the rest, holding back would only make it wait.
    return !instances.some(
      (instance) => isOf(serving, instance) && (instance.state === 'InService' || instance.state === 'Starting'),
    );
  }

  private mayTakeServing(): boolean {
    return this.traffic.newShare < 1;
  }

  private chooseWithin<T extends RoutedInstance>(
    side: readonly VariantTraffic[],
    instances: readonly T[],
  ): T | undefined {
    let best: { readonly instance: T; readonly variant: VariantTraffic; readonly turn: number } | undefined;
    for (const variant of side) {
      if (variant.weight === 0) continue;
      const turn = Math.max(this.now, this.turns.get(keyOf(variant)) ?? 0);
      if (best && best.turn <= turn) continue;
      const own = instances.filter((instance) => isOf([variant], instance));
      const instance = chooseInstance(own, own[0]?.spreads);
      if (instance) best = { instance, variant, turn };
    }
    if (!best) return undefined;
    this.now = best.turn;
    this.turns.set(keyOf(best.variant), best.turn + 1 / best.variant.weight);
    return best.instance;
  }
}

function isOf(side: readonly VariantTraffic[], instance: RoutedInstance): boolean {
  return side.some(
    ({ deploymentId, variantName }) => deploymentId === instance.deploymentId && variantName === instance.variantName,
  );
}

function keyOf({ deploymentId, variantName }: VariantTraffic): string {
  return `${deploymentId}/${variantName}`;
}
