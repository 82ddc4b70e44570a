import { type Invocation, LEASE_MS, LEASE_RENEWAL_MS, hasAnswered } from '../../core/invocation/invocation.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import type { Lease } from '../../core/ports/ledger.js';
import { writeDataLog } from './data-log.js';
import { type Attempt, runInvocation } from './run-invocation.js';
import type { Fleet } from '../instance/fleet.js';
import { type Slot, Abandoned } from '../instance/slot.js';
import { measureInvocation } from './measure-invocation.js';
import type { Meter } from '../metric/meter.js';
import { type HeldLease, settleInvocation } from './settle-invocation.js';
import { stopContainer } from './stop-container.js';
import type { World } from '../world.js';

/** At most this many invocations are leased at once; what is left is leased in the next round. */
const MAX_LEASE_BATCH = 64;
/** How often leases of others that ran out, and invocations that expired, are looked for. */
const RECLAIM_INTERVAL_MS = 5_000;
/** How long to wait after the ledger failed before it is asked again. */
const LEDGER_RETRY_MS = 1_000;

/** An invocation that this worker runs now. */
interface Running {
  readonly lease: HeldLease;
  readonly abandon: AbortController;
}

/** One endpoint whose work is being handed out. */
interface Dispatch {
  again: boolean;
  done: Promise<void>;
}

/**
 * Leases invocations while an instance has a free slot, runs them, settles them. `start` begins, `stop` takes no more
 * and waits for what runs, `kill` hands back what still runs.
 */
export class WorkerLoop {
  /** By the id of the invocation and the attempt. */
  private readonly running = new Map<string, Running>();
  private readonly dispatching = new Map<string, Dispatch>();
  private readonly attempts = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private readonly killed = new AbortController();
  /** Leases are renewed as long as anything runs, also while the worker stops. */
  private readonly finished = new AbortController();
  private unsubscribe: () => void = () => undefined;
  private rounds: Promise<unknown> = Promise.resolve();
  private renewals: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly workerId: string,
    private readonly meter: Pick<Meter, 'add'>,
    /** Told how long each invocation took that a container has answered, from its lease to the answer's last byte. */
    private readonly onServed: (endpointName: string, variantName: string, serviceMs: number) => void = () => undefined,
  ) {}

  /** Takes back first what an earlier run under the same id still held: nobody else will before its leases run out. */
  async start(): Promise<void> {
    const { ledger, signals, clock } = this.world;
    await ledger.reclaim(clock.now(), this.workerId);
    this.unsubscribe = signals.subscribe((signal) => {
      if ('endpointName' in signal) this.dispatch(signal.endpointName);
      else if (signal.kind === 'cancelled') this.abandonCancelled(signal.invocationId);
    });
    this.renewals = this.every(LEASE_RENEWAL_MS, this.finished.signal, () => this.renew());
    this.rounds = this.every(RECLAIM_INTERVAL_MS, this.stopping.signal, () => this.reclaim());
    for (const endpointName of await ledger.endpointsWithBacklog()) signals.notify({ kind: 'backlog', endpointName });
  }

  /** Takes no more, and resolves when all that runs has been settled. */
  async stop(): Promise<void> {
    this.unsubscribe();
    this.stopping.abort();
    await this.rounds;
    await Promise.all([...this.dispatching.values()].map(({ done }) => done));
    while (this.attempts.size > 0) await Promise.all(this.attempts);
    this.finished.abort();
    await this.renewals;
  }

  /** Hands what still runs back to the backlog, uncounted. `stop` resolves soon after. */
  kill(): void {
    this.killed.abort();
    for (const { abandon } of this.running.values()) abandon.abort(new Abandoned({ kind: 'worker-stopped' }));
  }

  /** How many invocations run on this worker now. */
  get runningCount(): number {
    return this.running.size;
  }

  /** One dispatcher an endpoint: a signal that comes while it works makes it look once more. */
  private dispatch(endpointName: string): void {
    if (this.stopping.signal.aborted) return;
    const current = this.dispatching.get(endpointName);
    if (current) {
      current.again = true;
    } else if (this.fleet.hasFreeSlot(endpointName)) {
      const dispatch: Dispatch = { again: false, done: Promise.resolve() };
      this.dispatching.set(endpointName, dispatch);
      dispatch.done = this.dispatchAll(endpointName, dispatch);
    }
  }

  private async dispatchAll(endpointName: string, dispatch: Dispatch): Promise<void> {
    try {
      let found = true;
      while ((found || dispatch.again) && !this.stopping.signal.aborted) {
        dispatch.again = false;
        found = await this.dispatchSome(endpointName);
      }
    } catch (error) {
      this.world.log.error('The ledger could not hand out work; trying again', {
        endpoint: endpointName,
        ...reason(error),
      });
      await this.world.clock.sleep(LEDGER_RETRY_MS, this.stopping.signal).catch(() => undefined);
      dispatch.again = true;
    } finally {
      // Nothing is awaited between the last look and here: a signal finds a dispatcher that will look again, or none.
      this.dispatching.delete(endpointName);
    }
    if (dispatch.again) this.dispatch(endpointName);
  }

  /**
   * Slots are taken before work is, so that nothing is leased that cannot start at once. Returns whether there may be
   * more to do.
   */
  private async dispatchSome(endpointName: string): Promise<boolean> {
    const slots = this.fleet.reserve(endpointName, MAX_LEASE_BATCH);
    if (slots.length === 0) return false;
    let leased: Invocation[] = [];
    try {
      const now = this.world.clock.now();
      leased = await this.world.ledger.lease({
        endpointName,
        workerId: this.workerId,
        count: slots.length,
        now,
        leasedUntil: now + LEASE_MS,
        slots: slots.map(({ instanceId, variantName, instanceReadyAt }) => ({
          instanceId,
          variantName,
          instanceReadyAt,
        })),
      });
    } finally {
      for (const slot of slots.slice(leased.length)) this.fleet.giveBack(slot);
    }
    for (const [index, invocation] of leased.entries()) this.begin(invocation, slots[index]!);
    return leased.length === slots.length;
  }

  private begin(invocation: Invocation, slot: Slot): void {
    this.fleet.occupy(slot, invocation.id);
    this.world.signals.notify({ kind: 'invocation', invocationId: invocation.id });
    const attempt = this.attempt(invocation, slot).finally(() => this.attempts.delete(attempt));
    this.attempts.add(attempt);
  }

  private async attempt(invocation: Invocation, slot: Slot): Promise<void> {
    const running = this.track(invocation);
    const onInstanceGone = (): void => running.abandon.abort(slot.abandon.reason);
    slot.abandon.addEventListener('abort', onInstanceGone, { once: true });
    let isSlotFree = false;
    try {
      // Taken while the instance died or the worker was told to stop: the model has not seen it.
      const attempt =
        slot.abandon.aborted || this.stopping.signal.aborted
          ? { end: { kind: 'worker-stopped' as const } }
          : await runInvocation(this.world, invocation, slot.instanceId, running.abandon.signal);
      if (attempt.end.kind === 'cancelled')
        await stopContainer(this.world, this.fleet, invocation, slot, this.killed.signal);
      // The slot is free as soon as the container has answered: the next lease shares a commit with this settlement.
      this.freeSlot(slot, invocation.endpointName, hasAnswered(attempt.end));
      isSlotFree = true;
      this.tellServed(invocation, slot, attempt);
      await this.settle(invocation, running.lease, attempt, slot);
    } catch (error) {
      this.world.log.error('An invocation could not be settled; it is handed out again when its lease has run out', {
        endpoint: invocation.endpointName,
        inferenceId: invocation.inferenceId,
        ...reason(error),
      });
    } finally {
      if (!isSlotFree) this.freeSlot(slot, invocation.endpointName, false);
      slot.abandon.removeEventListener('abort', onInstanceGone);
      this.running.delete(leaseKey(running.lease));
    }
  }

  private tellServed({ endpointName, startedAt }: Invocation, { variantName }: Slot, { end, timings }: Attempt): void {
    if (end.kind !== 'succeeded' && end.kind !== 'model-error') return;
    if (startedAt === undefined || timings?.answeredAt === undefined) return;
    this.onServed(endpointName, variantName, timings.answeredAt - startedAt);
  }

  /** Without a variant there is nothing left that it could be measured of. */
  private async settle(
    invocation: Invocation,
    lease: HeldLease,
    attempt: Attempt,
    { variantName, instanceId }: { readonly variantName?: string; readonly instanceId?: string },
  ): Promise<void> {
    const consequence = await settleInvocation(this.world, invocation, lease, attempt);
    if (consequence.kind === 'lost') return;
    const end = consequence.kind === 'settled' ? consequence.end : attempt.end;
    writeDataLog(this.world, invocation, end, { variantName, instanceId });
    if (consequence.kind !== 'settled' || variantName === undefined) return;
    measureInvocation(this.meter, invocation, variantName, attempt.timings ?? {}, consequence);
  }

  private track(invocation: Invocation): Running {
    const leasedUntil = invocation.leasedUntil ?? this.world.clock.now();
    const running: Running = {
      lease: { invocationId: invocation.id, attempt: invocation.attempt, leasedUntil },
      abandon: new AbortController(),
    };
    this.running.set(leaseKey(running.lease), running);
    return running;
  }

  private freeSlot(slot: Slot, endpointName: string, isAnswer: boolean): void {
    this.fleet.free(slot, isAnswer);
    this.dispatch(endpointName);
  }

  /** What the ledger does not prolong belongs to somebody else by now, or was cancelled: it is dropped unfinished. */
  private async renew(): Promise<void> {
    const held = [...this.running.values()];
    if (held.length === 0) return;
    const leasedUntil = this.world.clock.now() + LEASE_MS;
    const renewed = await this.world.ledger.renew(
      held.map(({ lease }) => lease),
      leasedUntil,
    );
    const stillHeld = new Set(renewed.map(leaseKey));
    for (const { lease, abandon } of held) {
      if (stillHeld.has(leaseKey(lease))) lease.leasedUntil = leasedUntil;
      else if (!abandon.signal.aborted) abandon.abort(new Abandoned({ kind: await this.whyLost(lease) }));
    }
  }

  /** The signal that it was cancelled may have been lost. */
  private async whyLost({ invocationId }: Lease): Promise<'cancelled' | 'worker-stopped'> {
    const invocation = await this.world.ledger.find(invocationId);
    return invocation?.state === 'Cancelled' ? 'cancelled' : 'worker-stopped';
  }

  private abandonCancelled(invocationId: string): void {
    for (const { lease, abandon } of this.running.values()) {
      if (lease.invocationId !== invocationId) continue;
      lease.isCancelled = true;
      abandon.abort(new Abandoned({ kind: 'cancelled' }));
    }
  }

  /** Also finds the work whose signal was lost. */
  private async reclaim(): Promise<void> {
    const { ledger, signals, clock } = this.world;
    for (const endpointName of await ledger.reclaim(clock.now())) signals.notify({ kind: 'backlog', endpointName });
    await this.expireAll();
    for (const endpointName of await ledger.endpointsWithBacklog()) this.dispatch(endpointName);
  }

  private async expireAll(): Promise<void> {
    let expired: Invocation[];
    do {
      const now = this.world.clock.now();
      const request = { workerId: this.workerId, count: MAX_LEASE_BATCH, now, leasedUntil: now + LEASE_MS };
      expired = await this.world.ledger.leaseExpired(request);
      await Promise.all(expired.map((invocation) => this.expire(invocation)));
    } while (expired.length === MAX_LEASE_BATCH && !this.stopping.signal.aborted);
  }

  private async expire(invocation: Invocation): Promise<void> {
    const running = this.track(invocation);
    try {
      const endpoint = await this.world.catalog.endpoints.get(endpointKey(invocation.endpointName));
      // It ran nowhere: its failure is told of the first variant, which is the only one but for rare endpoints.
      const variantName = endpoint?.variants[0]?.name;
      await this.settle(invocation, running.lease, { end: { kind: 'expired' } }, { variantName });
    } finally {
      this.running.delete(leaseKey(running.lease));
    }
    this.world.signals.notify({ kind: 'backlog', endpointName: invocation.endpointName });
  }

  private async every(intervalMs: number, until: AbortSignal, round: () => Promise<void>): Promise<void> {
    const { clock, log } = this.world;
    while (!until.aborted) {
      try {
        await clock.sleep(intervalMs, until);
        await round();
      } catch (error) {
        if (!until.aborted) log.error('The ledger did not answer; leases may run out', reason(error));
      }
    }
  }
}

function leaseKey({ invocationId, attempt }: Lease): string {
  return `${invocationId}/${attempt}`;
}

function reason(error: unknown): { reason: string } {
  return { reason: error instanceof Error ? error.message : String(error) };
}
