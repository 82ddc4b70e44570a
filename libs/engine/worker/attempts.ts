import { messageOf } from '../../core/errors.js';
import { hasAnswered } from '../../core/invocation/attempt.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { concludeAttempt } from './conclude-attempt.js';
import type { Fleet } from '../instance/fleet.js';
import type { HeldLeases } from './held-leases.js';
import { measureInvocation } from './measure-invocation.js';
import type { Meter } from '../metric/meter.js';
import { type Attempt, runInvocation } from './run-invocation.js';
import type { Slot } from '../instance/slot.js';
import { stopContainer } from './stop-container.js';
import type { World } from '../world.js';

/** The observer of the attempts that a worker makes. */
export interface AttemptObserver {
  readonly slotFreed: (endpointName: string) => void;
  /** Called when a container has answered an invocation, with the time from its lease to the answer's last byte. */
  readonly served: (endpointName: string, variantName: string, serviceMs: number) => void;
}

/** The parts of the world that an attempt uses. */
export type AttemptWorld = Pick<
  World,
  | 'clock'
  | 'instances'
  | 'invocations'
  | 'ledger'
  | 'log'
  | 'logs'
  | 'objects'
  | 'place'
  | 'progressUrl'
  | 'publicUrl'
  | 'secrets'
  | 'signals'
>;

/**
 * The attempts that this worker makes now. Each runs an invocation on the slot that it was leased for, and settles it.
 */
export class Attempts {
  private readonly underWay = new Set<Promise<void>>();
  private readonly killed = new AbortController();
  private isStopping = false;

  constructor(
    private readonly world: AttemptWorld,
    private readonly fleet: Pick<Fleet, 'drainInstance' | 'free' | 'occupy'>,
    private readonly leases: HeldLeases,
    private readonly meter: Pick<Meter, 'add'>,
    private readonly observer: AttemptObserver,
  ) {}

  begin(invocation: Invocation, slot: Slot): void {
    this.fleet.occupy(slot, invocation.id);
    this.world.signals.notify({ kind: 'invocation', invocationId: invocation.id });
    const attempt = this.attempt(invocation, slot).finally(() => this.underWay.delete(attempt));
    this.underWay.add(attempt);
  }

  /** Sends attempts that begin from now on straight back to the backlog. */
  refuse(): void {
    this.isStopping = true;
  }

  /** Stops waiting for containers that were told to stop. */
  kill(): void {
    this.killed.abort();
  }

  /** Resolves when all attempts are over, including attempts that begin meanwhile. */
  async finished(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async attempt(invocation: Invocation, slot: Slot): Promise<void> {
    const { endpointName, inferenceId } = invocation;
    const { variantName, instanceId } = slot;
    const holding = this.leases.hold(invocation);
    const { abandon, lease } = holding;
    const onInstanceGone = (): void => abandon.abort(slot.abandon.reason);
    slot.abandon.addEventListener('abort', onInstanceGone, { once: true });
    let isSlotFree = false;
    try {
      // The lease came while the instance died or the worker was told to stop: the model has not seen the invocation.
      const attempt: Attempt =
        slot.abandon.aborted || this.isStopping
          ? { end: { kind: 'worker-stopped' } }
          : await runInvocation(this.world, { invocation, instanceId, abandon: abandon.signal });
      if (attempt.end.kind === 'cancelled')
        await stopContainer(this.world, this.fleet, { invocation, slot, leaving: this.killed.signal });
      // The slot is free as soon as the container has answered: the next lease shares a commit with this settlement.
      this.freeSlot(slot, endpointName, hasAnswered(attempt.end));
      isSlotFree = true;
      this.tellServed(invocation, slot, attempt);
      const ended = { invocation, lease, attempt, variantName, instanceId };
      measureInvocation(this.meter, ended, await concludeAttempt(this.world, ended));
    } catch (error) {
      this.world.log.error('An invocation could not be settled; it is handed out again when its lease runs out', {
        endpoint: endpointName,
        inferenceId,
        reason: messageOf(error),
      });
    } finally {
      if (!isSlotFree) this.freeSlot(slot, endpointName, false);
      slot.abandon.removeEventListener('abort', onInstanceGone);
      this.leases.drop(holding);
    }
  }

  private freeSlot(slot: Slot, endpointName: string, isAnswer: boolean): void {
    this.fleet.free(slot, isAnswer);
    this.observer.slotFreed(endpointName);
  }

  private tellServed({ endpointName, startedAt }: Invocation, { variantName }: Slot, { end, timings }: Attempt): void {
    if (end.kind !== 'succeeded' && end.kind !== 'model-error') return;
    if (startedAt === undefined || timings?.answeredAt === undefined) return;
    this.observer.served(endpointName, variantName, timings.answeredAt - startedAt);
  }
}
