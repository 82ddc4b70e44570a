import type { SQSClient } from '@aws-sdk/client-sqs';
import { setImmediate } from 'node:timers/promises';
import type { Delivery } from '../../core/delivery/delivery.js';
import type { EndedAttempt } from '../../core/invocation/attempt.js';
import type { Invocation, InvocationRequest } from '../../core/invocation/invocation.js';
import type { Invocations } from '../../core/ports/invocations.js';
import { type Cancellation, type Lease, type LeaseRequest, Ledger, type Settlement } from '../../core/ports/ledger.js';
import { type HandOut, HandOutQueue } from './sqs/hand-out-queue.js';

/** The ledger that an SQS ledger uses as its record, and the lookups that it needs. */
export interface LedgerRecord {
  readonly ledger: Ledger;
  readonly invocations: Pick<Invocations, 'backlog' | 'endpointsWithBacklog'> & {
    /** Returns the ids of the oldest queued invocations of an endpoint. */
    oldestQueued(endpointName: string, limit: number, signal?: AbortSignal): Promise<string[]>;
  };
}

/** The settings of an SQS ledger. */
export interface SqsLedgerOptions {
  /** The prefix of the queues' names, `<prefix><endpoint>`. */
  readonly queuePrefix?: string;
  /** Observes the failed calls to SQS that a later `reclaim` makes up for. */
  readonly onLater?: (what: string, error: unknown) => void;
}

/** The message behind a lease. */
interface HeldMessage {
  readonly queue: HandOutQueue;
  readonly receiptHandle: string;
  leasedUntil: number;
}

/** The longest time that a lease waits for a message while the record has queued invocations. */
const LEASE_WAIT_SECONDS = 1;
/** The most messages of one endpoint that one `reclaim` sends again. */
const MAX_RESENT = 100;

/**
 * A ledger that keeps its record in another ledger and hands out invocations through SQS, with one queue for each
 * endpoint. The record is the truth; a message is only a hint that one more invocation is queued. A message is dropped
 * if nothing is queued. `reclaim` sends again the messages of queued invocations that were lost. The message behind a
 * lease stays hidden as long as the lease. Its heartbeat is the lease's, at an interval that does not depend on the
 * invocation's age.
 */
export class SqsLedger extends Ledger {
  private readonly queues = new Map<string, HandOutQueue>();
  /** The messages behind the leases that this ledger gave out. */
  private readonly held = new Map<string, HeldMessage>();
  private readonly sending = new Map<string, string[]>();
  /** Endpoints that had fewer messages than queued invocations at the last look. SQS's numbers lag behind. */
  private readonly short = new Set<string>();
  private readonly background = new Set<Promise<void>>();

  constructor(
    private readonly record: LedgerRecord,
    private readonly sqs: SQSClient,
    private readonly options: SqsLedgerOptions = {},
  ) {
    super();
  }

  /**
   * Resolves when the record is written, without waiting for the message. If the message is lost, the record remains.
   */
  async accept(request: InvocationRequest, signal?: AbortSignal) {
    const accepted = await this.record.ledger.accept(request, signal);
    if (!accepted.repeated) this.sendSoon(request.endpointName, request.id);
    return accepted;
  }

  async lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]> {
    const queue = this.queueOf(request.endpointName);
    const visibilitySeconds = secondsBetween(request.now, request.leasedUntil);
    const leased: Invocation[] = [];
    while (leased.length < request.count) {
      const { queued } = await this.record.invocations.backlog(request.endpointName, signal);
      if (queued === 0) break;
      const wait = leased.length === 0 ? LEASE_WAIT_SECONDS : 0;
      const received = await queue.receive(request.count - leased.length, visibilitySeconds, wait, signal);
      if (received.length === 0) break;
      const slots = request.slots?.slice(leased.length);
      leased.push(...(await this.leaseReceived(queue, received, { ...request, slots }, signal)));
    }
    return leased;
  }

  async renew(leases: readonly Lease[], leasedUntil: number, signal?: AbortSignal): Promise<Lease[]> {
    const renewed = await this.record.ledger.renew(leases, leasedUntil, signal);
    const stillHeld = new Set(renewed.map(keyOf));
    for (const lease of leases) if (!stillHeld.has(keyOf(lease))) this.held.delete(keyOf(lease));
    const messages = renewed.flatMap((lease) => this.held.get(keyOf(lease)) ?? []);
    for (const message of messages) message.leasedUntil = leasedUntil;
    const byQueue = Map.groupBy(messages, ({ queue }) => queue);
    const seconds = secondsBetween(Date.now(), leasedUntil);
    await Promise.all(
      [...byQueue].map(([queue, held]) => {
        const handles = held.map(({ receiptHandle }) => receiptHandle);
        return this.later('hide', queue.hide(handles, seconds));
      }),
    );
    return renewed;
  }

  async release(lease: Lease, broken: boolean, ended?: EndedAttempt, signal?: AbortSignal): Promise<boolean> {
    const released = await this.record.ledger.release(lease, broken, ended, signal);
    const message = this.forget(lease);
    if (released && message) await this.later('show', message.queue.show(message.receiptHandle));
    return released;
  }

  async settle(
    lease: Lease,
    settlement: Settlement,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    const settled = await this.record.ledger.settle(lease, settlement, deliveries, signal);
    const message = this.forget(lease);
    // Not awaited: a message that remains names a settled invocation, and is dropped when it is received again.
    if (message) void this.later('drop', message.queue.drop([message.receiptHandle]));
    return settled;
  }

  cancel(
    invocationId: string,
    cancellation: Cancellation,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    return this.record.ledger.cancel(invocationId, cancellation, deliveries, signal);
  }

  leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]> {
    return this.record.ledger.leaseExpired(request, signal);
  }

  /** Also sends again the messages that the queues have lost. */
  async reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]> {
    const reclaimed = await this.record.ledger.reclaim(now, workerId, signal);
    for (const [key, { queue, receiptHandle, leasedUntil }] of this.held) {
      if (leasedUntil > now) continue;
      this.held.delete(key);
      await this.later('show', queue.show(receiptHandle));
    }
    for (const endpointName of await this.record.invocations.endpointsWithBacklog(signal)) {
      const { queued } = await this.record.invocations.backlog(endpointName, signal);
      if (queued > 0) await this.later('resend', this.resendLost(endpointName, queued, signal));
    }
    return reclaimed;
  }

  /** Resolves when no call to SQS is under way. */
  async close(): Promise<void> {
    while (this.background.size > 0) await Promise.all(this.background);
  }

  /**
   * Leases as many invocations as messages were received. The record chooses the invocations, because others may be
   * ahead by priority.
   */
  private async leaseReceived(
    queue: HandOutQueue,
    received: readonly HandOut[],
    request: LeaseRequest,
    signal?: AbortSignal,
  ): Promise<Invocation[]> {
    const leased = await this.record.ledger.lease({ ...request, count: received.length }, signal);
    for (const [index, invocation] of leased.entries()) {
      const { receiptHandle } = received[index]!;
      const lease = { invocationId: invocation.id, attempt: invocation.attempt };
      this.held.set(keyOf(lease), { queue, receiptHandle, leasedUntil: request.leasedUntil });
    }
    const useless = received.slice(leased.length).map(({ receiptHandle }) => receiptHandle);
    if (useless.length > 0) await this.later('drop', queue.drop(useless));
    return leased;
  }

  /**
   * Sends again as many of the oldest as are missing, once messages have been missing twice in a row. A message that
   * was not lost then comes twice, which does no harm. A lost one becomes one of the oldest sooner or later.
   */
  private async resendLost(endpointName: string, queued: number, signal?: AbortSignal): Promise<void> {
    const queue = this.queueOf(endpointName);
    const missing = queued - (await queue.approximateSize());
    const wasShort = this.short.delete(endpointName);
    if (missing <= 0) return;
    this.short.add(endpointName);
    if (!wasShort) return;
    const oldest = await this.record.invocations.oldestQueued(endpointName, Math.min(missing, MAX_RESENT), signal);
    await queue.send(oldest, signal);
  }

  /** Sends the messages of one turn of the event loop in as few calls as possible. */
  private sendSoon(endpointName: string, invocationId: string): void {
    const waiting = this.sending.get(endpointName);
    if (waiting) {
      waiting.push(invocationId);
      return;
    }
    const ids = [invocationId];
    this.sending.set(endpointName, ids);
    void this.later('send', this.sendNextTurn(endpointName, ids));
  }

  private async sendNextTurn(endpointName: string, ids: readonly string[]): Promise<void> {
    await setImmediate();
    this.sending.delete(endpointName);
    await this.queueOf(endpointName).send(ids);
  }

  private queueOf(endpointName: string): HandOutQueue {
    let queue = this.queues.get(endpointName);
    if (!queue) {
      queue = new HandOutQueue(this.sqs, `${this.options.queuePrefix ?? 'ebb-'}${endpointName}`);
      this.queues.set(endpointName, queue);
    }
    return queue;
  }

  private forget(lease: Lease) {
    const key = keyOf(lease);
    const message = this.held.get(key);
    this.held.delete(key);
    return message;
  }

  /** Runs a call to SQS whose failure loses nothing, because the record is right and `reclaim` repairs the queue. */
  private async later(what: string, call: Promise<void>): Promise<void> {
    const done = call.catch((error: unknown) => this.options.onLater?.(what, error));
    this.background.add(done);
    await done;
    this.background.delete(done);
  }
}

function keyOf({ invocationId, attempt }: Lease): string {
  return `${invocationId}/${attempt}`;
}

function secondsBetween(from: number, to: number): number {
  return Math.max(1, Math.ceil((to - from) / 1000));
}
