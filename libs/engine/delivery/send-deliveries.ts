import {
  type DeliveryAttempt,
  type DeliveryResult,
  DELIVERY_RETENTION_MS,
  nextDeliveryAt,
} from '../../core/delivery/delivery-attempt.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { type Delivery, destinationOf } from '../../core/delivery/delivery.js';
import { messageOf } from '../../core/errors.js';
import type { DeliveryOutcome, DueDelivery } from '../../core/ports/outbox.js';
import { DeliveryLimits } from './delivery-limits.js';
import { Deadline } from '../deadline.js';
import type { Meter } from '../metric/meter.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** The longest duration of one attempt. */
const ATTEMPT_TIMEOUT_MS = 30_000;
/** A taken delivery that was not recorded within this time is due again. It is longer than any attempt lasts. */
const TAKEN_MS = 2 * ATTEMPT_TIMEOUT_MS;
/** The longest rest when nothing is due; signals end it earlier. */
const LONGEST_REST_MS = 30_000;
/** How long to wait after a failure of the outbox before it is read again. */
const OUTBOX_RETRY_MS = 1_000;
/** How often old deliveries are looked for, and the most that are forgotten at once. */
const FORGET_INTERVAL_MS = 60_000;
const FORGET_BATCH = 500;

/** Sends the deliveries of the outbox, and retries failed ones for as long as their receiver is worth trying. */
export class DeliverySender {
  private readonly rounds: Rounds;
  private readonly underWay = new Set<Promise<void>>();
  private readonly limits: DeliveryLimits;
  private forgetAt = 0;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly world: Pick<
      World,
      'catalog' | 'clock' | 'invocations' | 'log' | 'notifications' | 'outbox' | 'signals'
    >,
    private readonly meter: Pick<Meter, 'add'>,
  ) {
    this.limits = new DeliveryLimits(world.clock);
    this.rounds = new Rounds(world.clock, () => this.round());
  }

  start(): void {
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      if (signal.kind === 'outbox') this.rounds.call();
    });
    this.rounds.start();
  }

  /** Starts no more attempts, and resolves when the attempts under way have been recorded. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await this.rounds.stop();
    await Promise.all(this.underWay);
  }

  /** Resolves with the time of the next due delivery, or of another reason to look. */
  private async round(): Promise<number> {
    const { clock, log, outbox } = this.world;
    try {
      if (this.limits.freeForAny === 0) await Promise.race(this.underWay);
      await this.forgetOld();
      if ((await this.sendDue()) > 0) return clock.now();
      const nextDueAt = (await outbox.nextDueAt(this.limits.closed)) ?? Infinity;
      return Math.min(clock.now() + LONGEST_REST_MS, nextDueAt, this.limits.nextProbeAt);
    } catch (error) {
      log.error('The outbox did not answer; deliveries wait', { reason: messageOf(error) });
      return clock.now() + OUTBOX_RETRY_MS;
    }
  }

  /** Begins as many attempts as there is room for; returns their number. */
  private async sendDue(): Promise<number> {
    const { clock, outbox } = this.world;
    const now = clock.now();
    let begun = 0;
    // Each pass takes at most `freeForAny` deliveries: all of them may begin even if they go to one destination.
    for (;;) {
      const count = this.limits.freeForAny;
      if (count === 0) return begun;
      const due = await outbox.take(count, now, now + TAKEN_MS, this.limits.closed);
      if (due.length === 0) return begun;
      for (const delivery of due) this.begin(delivery);
      begun += due.length;
    }
  }

  private begin(due: DueDelivery): void {
    const destination = destinationOf(due.delivery);
    this.limits.begin(destination);
    const attempt = this.send(due, destination).finally(() => {
      this.underWay.delete(attempt);
      // The loop rests until a due time that it computed without this destination, so it must learn that the
      // destination is free.
      this.rounds.call();
    });
    this.underWay.add(attempt);
  }

  private async send(due: DueDelivery, destination: string): Promise<void> {
    const { clock, log, outbox, signals } = this.world;
    const startedAt = clock.now();
    const result = await this.deliver(due.delivery);
    this.limits.end(destination, result, clock.now() - startedAt);
    const outcome = this.outcomeOf(due, result);
    if (outcome.kind === 'given-up') {
      log.warn('A delivery was given up; its receiver did not get it', {
        deliveryId: due.delivery.id,
        reason: outcome.reason,
      });
      await this.measureFailure(due.delivery);
    }
    try {
      await outbox.record(due.delivery, outcome, attemptOf(result, startedAt, clock.now()));
    } catch (error) {
      log.error('A delivery could not be recorded; it will be sent again', {
        deliveryId: due.delivery.id,
        reason: messageOf(error),
      });
    }
    if (result.kind === 'fanned-out') signals.notify({ kind: 'outbox' });
  }

  private async deliver(delivery: Delivery): Promise<DeliveryResult> {
    const deadline = new Deadline(this.world.clock, ATTEMPT_TIMEOUT_MS);
    try {
      return await this.world.notifications.deliver(delivery, deadline.signal);
    } catch (error) {
      return { kind: 'failed', reason: messageOf(error) };
    } finally {
      deadline.clear();
    }
  }

  /**
   * Counts a failed notification. The variant that ran the invocation is not on record, so the first variant gets it,
   * which is nearly always the only one.
   */
  private async measureFailure({ invocationId }: Delivery): Promise<void> {
    const { catalog, invocations, log } = this.world;
    if (invocationId === undefined) return;
    try {
      const invocation = await invocations.find(invocationId);
      const endpoint = invocation && (await catalog.endpoints.get(endpointKey(invocation.endpointName)));
      const variant = endpoint?.variants[0];
      if (variant) this.meter.add('NotificationFailures', endpoint.name, variant.name, 1);
    } catch (error) {
      log.warn('A delivery that was given up is missing from the metrics', { invocationId, reason: messageOf(error) });
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
        const at = nextDeliveryAt(delivery, {
          failures: failures + 1,
          now: clock.now(),
          chance: clock.chance(),
          retryAfterMs: result.retryAfterMs,
        });
        return at === undefined
          ? { kind: 'given-up', reason: result.reason }
          : { kind: 'retry', at, reason: result.reason };
      }
    }
  }

  private async forgetOld(): Promise<void> {
    const now = this.world.clock.now();
    if (now < this.forgetAt) return;
    this.limits.forgetOld();
    const forgotten = await this.world.outbox.forget(now - DELIVERY_RETENTION_MS, FORGET_BATCH);
    this.forgetAt = forgotten === FORGET_BATCH ? now : now + FORGET_INTERVAL_MS;
  }
}

function attemptOf(result: DeliveryResult, startedAt: number, now: number): DeliveryAttempt | undefined {
  if (result.kind === 'fanned-out') return undefined;
  return {
    at: startedAt,
    durationMs: now - startedAt,
    outcome: result.kind,
    ...('reason' in result && { reason: result.reason }),
    ...(result.exchange && { exchange: result.exchange }),
  };
}
