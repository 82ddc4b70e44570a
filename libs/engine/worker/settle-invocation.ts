import { messageOf } from '../../core/errors.js';
import { type AttemptEnd, type Settling, afterAttempt, endedAttempt } from '../../core/invocation/attempt.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { Settlement } from '../../core/ports/ledger.js';
import { settlementDeliveries } from '../delivery/settlement-deliveries.js';
import type { World } from '../world.js';
import { type HeldLease, isStillHeld } from './held-lease.js';
import type { Attempt } from './run-invocation.js';
import { hideOutput, showResult } from './show-result.js';

/** An attempt that was made under a lease and has ended. */
export interface LeasedAttempt {
  readonly invocation: Invocation;
  readonly lease: HeldLease;
  readonly attempt: Attempt;
  /** The variant that ran the invocation, or would have; absent if there is none. */
  readonly variantName?: string;
  /** Absent if it ran on no instance. */
  readonly instanceId?: string;
}

/**
 * The consequence of an attempt. `lost` means that its lease was lost: another attempt decides, and no result of this
 * one shows.
 */
export type Consequence = Settled | { readonly kind: 'requeued'; readonly broken: boolean } | { readonly kind: 'lost' };

/** The consequence of an attempt that has settled its invocation. */
export interface Settled {
  readonly kind: 'settled';
  /** How the attempt ended. It differs from the attempt's own end if its output could not be shown. */
  readonly end: AttemptEnd;
  readonly settling: Settling;
  readonly settledAt: number;
  /** How long it took to make the result visible. */
  readonly showMs: number;
}

const LOST: Consequence = { kind: 'lost' };

/** The parts of the world that settling uses. */
type SettlingWorld = Pick<
  World,
  'clock' | 'invocations' | 'ledger' | 'log' | 'objects' | 'place' | 'publicUrl' | 'signals'
>;

/**
 * Ends an attempt: returns the invocation to the backlog, or settles it. A settled invocation has its output or failure
 * object in place first, and its deliveries in the same transaction.
 */
export async function settleInvocation(world: SettlingWorld, ended: LeasedAttempt): Promise<Consequence> {
  const { invocation, lease, attempt } = ended;
  try {
    const verdict = afterAttempt(invocation, attempt.end);
    if (verdict.do === 'nothing') return LOST;
    if (verdict.do === 'requeue') return await requeue(world, ended, verdict.broken);
    if (!(await isStillHeld(world, lease))) return LOST;
    return await settle(world, ended, verdict);
  } finally {
    // Harmless after a commit. In every other case the staged object is not needed any more.
    await attempt.staged?.discard().catch((error: unknown) => {
      world.log.warn('The staged object of an attempt could not be removed; it takes up room', {
        endpoint: invocation.endpointName,
        inferenceId: invocation.inferenceId,
        reason: messageOf(error),
      });
    });
  }
}

async function requeue(
  { clock, ledger, signals }: SettlingWorld,
  { invocation, lease, attempt }: LeasedAttempt,
  broken: boolean,
): Promise<Consequence> {
  const released = await ledger.release(lease, broken, endedAttempt(attempt.end, clock.now()));
  if (!released) return LOST;
  signals.notify({ kind: 'backlog', endpointName: invocation.endpointName });
  signals.notify({ kind: 'invocation', invocationId: invocation.id });
  return { kind: 'requeued', broken };
}

async function settle(
  world: SettlingWorld,
  { invocation, lease, attempt }: LeasedAttempt,
  verdict: Settling,
): Promise<Consequence> {
  const storedAt = world.clock.now();
  const shown = await showResult(world, invocation, attempt.staged, { end: attempt.end, settling: verdict });
  const { end, settling } = shown;
  const settledAt = world.clock.now();
  const settlement: Settlement = {
    state: settling.state,
    settledAt,
    failureReason: settling.failureReason,
    failureKind: settling.failureKind,
    responseContentType: end.kind === 'succeeded' ? end.contentType : undefined,
    ended: endedAttempt(end, settledAt),
  };
  const deliveries = await settlementDeliveries(world, { ...invocation, ...settlement }, attempt.response);
  const done = await world.ledger.settle(lease, settlement, deliveries);
  if (!done) {
    if (end.kind === 'succeeded') await hideOutput(world, invocation);
    return LOST;
  }
  world.signals.notify({ kind: 'invocation', invocationId: invocation.id });
  if (deliveries.length > 0) world.signals.notify({ kind: 'outbox' });
  return { kind: 'settled', end, settling, settledAt, showMs: settledAt - storedAt };
}
