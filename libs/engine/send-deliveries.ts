import { endpointKey } from '../core/endpoint.js';
import { type Delivery, type DeliveryResult, nextDeliveryAt } from '../core/notification.js';
import type { DeliveryOutcome, DueDelivery } from '../core/ports/outbox.js';
import { Deadline } from './deadline.js';
import type { Meter } from './meter.js';
import { Rounds } from './rounds.js';
import type { World } from './world.js';

/** How many deliveries are under way at once: one slow receiver holds up one of these and nobody else. */
const MAX_CONCURRENT_DELIVERIES = 64;
/** How long one attempt may take. */
const ATTEMPT_TIMEOUT_MS = 30_000;
/** A taken delivery that was not recorded within this time is due again: longer than any attempt lasts. */
const TAKEN_MS = 2 * ATTEMPT_TIMEOUT_MS;
/** How long to rest when nothing is due: signals wake earlier. */
const LONGEST_REST_MS = 30_000;
/** How long to wait after the outbox failed before it is asked again. */
const OUTBOX_RETRY_MS = 1_000;

/** Sends what the outbox holds, and tries again what failed, for a day. */
export class DeliverySender {
  private readonly rounds: Rounds;
  private readonly underWay = new Set<Promise<void>>();
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly world: World,
    private readonly meter: Pick<Meter, 'add'>,
  ) {
    this.rounds = new Rounds(world.clock, () => this.round());
  }

  start(): void {
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      if (signal.kind === 'outbox') this.rounds.call();
    });
    this.rounds.start();
  }

  /** Starts no more attempts, and resolves when those under way have been recorded. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await this.rounds.stop();
    await Promise.all(this.underWay);
  }

  /** Resolves with when something is due next. */
  private async round(): Promise<number> {
    const { clock, log, outbox } = this.world;
    try {
      if (this.underWay.size === MAX_CONCURRENT_DELIVERIES) await Promise.race(this.underWay);
      if ((await this.sendDue()) > 0) return clock.now();
      return Math.min(clock.now() + LONGEST_REST_MS, (await outbox.nextDueAt()) ?? Infinity);
    } catch (error) {
      log.error('The outbox did not answer; deliveries wait', { reason: String(error) });
      return clock.now() + OUTBOX_RETRY_MS;
    }
  }

  /** Begins as many attempts as there is room for; returns how many. */
  private async sendDue(): Promise<number> {
    const now = this.world.clock.now();
    const due = await this.world.outbox.take(MAX_CONCURRENT_DELIVERIES - this.underWay.size, now, now + TAKEN_MS);
    for (const delivery of due) {
      const attempt = this.send(delivery).finally(() => this.underWay.delete(attempt));
      this.underWay.add(attempt);
    }
    return due.length;
  }

  private async send(due: DueDelivery): Promise<void> {
    const { clock, notifications, outbox, signals, log } = this.world;
    const deadline = new Deadline(clock, ATTEMPT_TIMEOUT_MS);
    const result = await notifications
      .deliver(due.delivery, deadline.signal)
      .catch((error: unknown): DeliveryResult => ({ kind: 'failed', reason: String(error) }));
    deadline.clear();
    const outcome = this.outcomeOf(due, result);
    if (outcome.kind === 'given-up') {
      log.warn('A delivery was given up; its receiver was not told', {
        deliveryId: due.delivery.id,
        reason: outcome.reason,
      });
      await this.measureFailure(due.delivery);
    }
    try {
      await outbox.record(due.delivery.id, outcome);
    } catch (error) {
      log.error('A delivery could not be recorded; it will be sent again', {
        deliveryId: due.delivery.id,
        reason: String(error),
      });
    }
    // The loop rests until what it knew to be due: it has to hear of an earlier time.
    if (outcome.kind === 'retry') this.rounds.call();
    if (result.kind === 'fanned-out') signals.notify({ kind: 'outbox' });
  }

  /** What the invocation ran on is not on record: the failure is told of the first variant, nearly always the only one. */
  private async measureFailure({ invocationId }: Delivery): Promise<void> {
    const { catalog, ledger, log } = this.world;
    if (invocationId === undefined) return;
    try {
      const invocation = await ledger.find(invocationId);
      const endpoint = invocation && (await catalog.endpoints.get(endpointKey(invocation.endpointName)));
      const variant = endpoint?.variants[0];
      if (variant) this.meter.add('NotificationFailures', endpoint.name, variant.name, 1);
    } catch (error) {
      log.warn('A delivery that was given up is missing from the metrics', { invocationId, reason: String(error) });
    }
  }

  private outcomeOf(due: DueDelivery, result: DeliveryResult): DeliveryOutcome {
    const { clock } = this.world;
    switch (result.kind) {
      case 'delivered':
        return { kind: 'done' };
      case 'fanned-out':
        return { kind: 'done', replacedBy: result.deliveries };
      case 'undeliverable':
        return { kind: 'given-up', reason: result.reason };
      case 'failed': {
        const { delivery, failures } = due;
        const at = nextDeliveryAt(delivery, failures + 1, clock.now(), clock.chance(), result.retryAfterMs);
        return at === undefined
          ? { kind: 'given-up', reason: result.reason }
          : { kind: 'retry', at, reason: result.reason };
      }
    }
  }
}
