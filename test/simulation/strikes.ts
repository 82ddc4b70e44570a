import type { Fleet } from '../../libs/engine/instance/fleet.js';
import { befall } from './befall.js';
import { type OrderKind, OrderWatch } from './order-watch.js';
import type { Incident } from './scenario.js';
import type { Step } from './simulated-process.js';
import type { Simulation } from './simulation.js';

/**
 * An incident for the first process exactly at one of its steps, or between an order for instances and its execution;
 * both are counted from 1.
 */
export interface Strike {
  readonly step?: number;
  readonly order?: { readonly kind: OrderKind; readonly nth: number };
  readonly incident: Incident;
}

/** Strikes processes at the chosen steps, and between the chosen orders and their execution. */
export class Strikes {
  /** The number of steps that the first process has taken. */
  steps = 0;
  /** The orders whose process had an incident before it carried them out. */
  readonly struck: OrderKind[] = [];
  private ordersOfKind = 0;
  private readonly orders: OrderWatch;

  constructor(
    private readonly simulation: Simulation,
    private readonly strike: Strike | undefined,
  ) {
    this.orders = new OrderWatch(simulation.catalog);
  }

  /** Whether a process dies by chance at this step. Also carries out the planned incident of the first process. */
  diesAt(step: Step, isFirst: boolean, fleet: () => Fleet): boolean {
    const { isCalm, random, scenario } = this.simulation;
    if (isFirst) this.countStep(step);
    const order = this.orders.at(step, fleet);
    if (isFirst && order) this.countOrder(order);
    return !isCalm && (random.happens(scenario.deathRate) || (order !== undefined && this.diesAtOrder(order)));
  }

  private countStep({ call, when }: Step): void {
    this.steps += 1;
    if (this.steps === this.strike?.step) this.carryOut(this.strike, `${when} ${call}:`);
  }

  private countOrder(kind: OrderKind): void {
    const { strike } = this;
    if (strike?.order?.kind !== kind) return;
    this.ordersOfKind += 1;
    if (this.ordersOfKind !== strike.order.nth) return;
    this.struck.push(kind);
    this.carryOut(strike, `before the order ${kind} is carried out:`);
  }

  private diesAtOrder(kind: OrderKind): boolean {
    const { log, random, scenario } = this.simulation;
    if (!random.happens(scenario.orderDeathRate)) return false;
    log.add('simulation', `a process dies before the order ${kind} is carried out`);
    this.struck.push(kind);
    return true;
  }

  private carryOut({ incident }: Strike, where: string): void {
    this.simulation.log.add('simulation', where);
    void befall(this.simulation, incident);
  }
}
