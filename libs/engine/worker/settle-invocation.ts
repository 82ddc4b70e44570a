import { isEbbError } from '../../core/errors.js';
import { type AttemptEnd, afterAttempt, endedAttempt } from '../../core/invocation/attempt.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { parseObjectLocation } from '../../core/object-location.js';
import { type HeldLease, isStillHeld } from './held-lease.js';
import type { SettledAttempt } from './measure-invocation.js';
import type { Attempt } from './run-invocation.js';
import { settlementDeliveries } from '../delivery/settlement-deliveries.js';
import type { World } from '../world.js';

/** What came of an attempt. `lost` means that its lease was: another attempt has the say, and nothing of this one shows. */
export type Consequence =
  ({ readonly kind: 'settled' } & SettledAttempt) | { readonly kind: 'requeued' } | { readonly kind: 'lost' };

const LOST: Consequence = { kind: 'lost' };

/**
 * Brings an attempt to its consequence: back to the backlog, or settled with its output or failure object in place
 * first and a delivery for its topic in the same transaction.
 */
export async function settleInvocation(
  world: World,
  invocation: Invocation,
  lease: HeldLease,
  attempt: Attempt,
): Promise<Consequence> {
  try {
    const verdict = afterAttempt(invocation, attempt.end);
    if (verdict.do === 'nothing') return LOST;
    if (verdict.do === 'requeue') return await requeue(world, invocation, lease, attempt.end, verdict.broken);
    if (!(await isStillHeld(world, lease))) return LOST;
    return await settle(world, invocation, lease, attempt, verdict.failureReason);
  } finally {
    // Harmless after a commit; whatever else happened, what was staged is in nobody's way.
    await attempt.staged?.discard().catch((error: unknown) => {
      world.log.warn('What an attempt had stored could not be removed and takes up room', {
        endpoint: invocation.endpointName,
        inferenceId: invocation.inferenceId,
        reason: messageOf(error),
      });
    });
  }
}

async function requeue(
  world: World,
  invocation: Invocation,
  lease: HeldLease,
  end: AttemptEnd,
  broken: boolean,
): Promise<Consequence> {
  const released = await world.ledger.release(lease, broken, endedAttempt(end, world.clock.now()));
  if (!released) return LOST;
  world.signals.notify({ kind: 'backlog', endpointName: invocation.endpointName });
  world.signals.notify({ kind: 'invocation', invocationId: invocation.id });
  return { kind: 'requeued' };
}

async function settle(
  world: World,
  invocation: Invocation,
  lease: HeldLease,
  attempt: Attempt,
  failureReason: string | undefined,
): Promise<Consequence> {
  const storedAt = world.clock.now();
  const end = (await showResult(world, invocation, attempt, failureReason)) ?? attempt.end;
  const final = afterAttempt(invocation, end);
  if (final.do !== 'settle') throw new Error(`An attempt cannot end as ${end.kind} after its result was stored.`);
  const settledAt = world.clock.now();
  const settlement = {
    state: final.state,
    settledAt,
    failureReason: final.failureReason,
    failureKind: final.failureKind,
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
  return { kind: 'settled', end, settledAt, showMs: settledAt - storedAt };
}

/**
 * Makes the output or the failure object visible. Where the output cannot be, the attempt has ended otherwise than it
 * seemed, as is returned. Where the failure object can never be, the failure itself still stands and says so in the log;
 * raises `StorageFull` and `Unavailable` where it cannot be now.
 */
async function showResult(
  world: World,
  invocation: Invocation,
  attempt: Attempt,
  failureReason: string | undefined,
): Promise<AttemptEnd | undefined> {
  if (failureReason !== undefined) {
    await showFailure(world, invocation, attempt, failureReason);
    return undefined;
  }
  try {
    await attempt.staged?.commit();
    if (invocation.redriveOf !== undefined) await hideOldFailure(world, invocation);
    return undefined;
  } catch (error) {
    const reason = `The output could not be written to ${invocation.outputLocation}: ${messageOf(error)}`;
    const end: AttemptEnd = { kind: 'output-unwritable', reason };
    await showFailure(world, invocation, {}, `ClientError: ${reason}`);
    return end;
  }
}

/** That of the first run is gone already, unless Ebb ended while it was run again. */
async function hideOldFailure({ log, objects }: World, { id, failureLocation }: Invocation): Promise<void> {
  if (failureLocation === undefined) return;
  try {
    await objects.delete(parseObjectLocation(failureLocation));
  } catch (error) {
    log.error('The failure object of an earlier run could not be removed', {
      invocationId: id,
      failureLocation,
      reason: messageOf(error),
    });
  }
}

/** It may have been cancelled after its output was shown: what is cancelled has none. */
async function hideOutput({ ledger, log, objects }: World, { id, outputLocation }: Invocation): Promise<void> {
  try {
    const { redrivenAs, state } = (await ledger.find(id))!;
    if (state !== 'Cancelled' || redrivenAs !== undefined) return;
    await objects.delete(parseObjectLocation(outputLocation));
  } catch (error) {
    log.error('An output of a cancelled invocation could not be removed', {
      invocationId: id,
      outputLocation,
      reason: messageOf(error),
    });
  }
}

async function showFailure(
  world: World,
  invocation: Invocation,
  attempt: Pick<Attempt, 'staged'>,
  failureReason: string,
): Promise<void> {
  const { failureLocation } = invocation;
  if (failureLocation === undefined) return;
  try {
    if (attempt.staged) {
      await attempt.staged.commit();
      return;
    }
    const body = new TextEncoder().encode(failureReason);
    const options = { contentType: 'text/plain; charset=utf-8', sizeBytes: body.length };
    await world.objects.put(parseObjectLocation(failureLocation), body, options);
  } catch (error) {
    // Storage that will have room again, or answer again, gets another chance when the lease has run out.
    if (isEbbError(error, 'StorageFull', 'Unavailable')) throw error;
    world.log.error('A failure object could not be written; its reader will wait in vain', {
      endpoint: invocation.endpointName,
      inferenceId: invocation.inferenceId,
      failureLocation,
      reason: messageOf(error),
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
