import { type AttemptEnd, type Invocation, LEASE_RENEWAL_MS, afterAttempt } from '../core/invocation.js';
import {
  type Delivery,
  type Message,
  type NotifiedResponse,
  invocationNotification,
  notifiedResponse,
} from '../core/notification.js';
import { parseObjectLocation } from '../core/object-location.js';
import type { Lease } from '../core/ports/ledger.js';
import type { Attempt } from './run-invocation.js';
import type { World } from './world.js';

/** The right to bring an invocation on, as its holder knows it. */
export interface HeldLease extends Lease {
  /** Until when nobody else can have it. */
  leasedUntil: number;
}

/**
 * Brings an attempt to its consequence: back to the backlog, or settled with its output or failure object in place
 * first and a delivery for its topic in the same transaction. Returns false when the lease was lost: then another
 * attempt has the say and nothing of this one becomes visible.
 */
export async function settleInvocation(
  world: World,
  invocation: Invocation,
  lease: HeldLease,
  attempt: Attempt,
): Promise<boolean> {
  const verdict = afterAttempt(invocation, attempt.end);
  if (verdict.do === 'requeue') {
    await attempt.staged?.discard();
    const released = await world.ledger.release(lease, verdict.broken);
    if (released) world.signals.notify({ kind: 'backlog', endpointName: invocation.endpointName });
    return released;
  }
  if (!(await stillHeld(world, lease))) {
    await attempt.staged?.discard();
    return false;
  }
  const shown = await showResult(world, invocation, attempt, verdict.failureReason);
  const end = shown.end ?? attempt.end;
  const final = end === attempt.end ? verdict : afterAttempt(invocation, end);
  if (final.do !== 'settle') throw new Error(`An attempt cannot end as ${end.kind} after its result was stored.`);
  const settlement = {
    state: final.state,
    settledAt: world.clock.now(),
    failureReason: final.failureReason,
    responseContentType: end.kind === 'succeeded' ? end.contentType : undefined,
  };
  const settled: Invocation = { ...invocation, ...settlement };
  const deliveries = deliveriesFor(world, settled, attempt.response);
  const done = await world.ledger.settle(lease, settlement, deliveries);
  if (done && deliveries.length > 0) world.signals.notify({ kind: 'outbox' });
  return done;
}

/** The ledger is asked only when the lease may have run out by the clock: within its time nobody else can hold it. */
async function stillHeld(world: World, lease: HeldLease): Promise<boolean> {
  const now = world.clock.now();
  if (now < lease.leasedUntil - LEASE_RENEWAL_MS) return true;
  const held = await world.ledger.renew([lease], now + 3 * LEASE_RENEWAL_MS);
  return held.length > 0;
}

/**
 * Makes the output or the failure object visible. Where the output cannot be, the attempt has ended otherwise than it
 * seemed; where the failure object cannot be, the failure itself still stands and says so in the log.
 */
async function showResult(
  world: World,
  invocation: Invocation,
  attempt: Attempt,
  failureReason: string | undefined,
): Promise<{ end?: AttemptEnd }> {
  if (failureReason === undefined) {
    try {
      await attempt.staged?.commit();
      return {};
    } catch (error) {
      const reason = `The output could not be written to ${invocation.outputLocation}: ${messageOf(error)}`;
      await showFailure(world, invocation, {}, reason);
      return { end: { kind: 'output-unwritable', reason } };
    }
  }
  await showFailure(world, invocation, attempt, failureReason);
  return {};
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
    world.log.error('A failure object could not be written; its reader will wait in vain', {
      endpoint: invocation.endpointName,
      inferenceId: invocation.inferenceId,
      failureLocation,
      reason: messageOf(error),
    });
  }
}

/** One message a settlement, under the invocation's own id: whoever settles it again by mistake makes no second one. */
function deliveriesFor(world: World, invocation: Invocation, response: Uint8Array | undefined): Delivery[] {
  const topic = invocation.state === 'Completed' ? invocation.successTopic : invocation.errorTopic;
  if (topic === undefined) return [];
  const included: NotifiedResponse | undefined =
    response && notifiedResponse(Buffer.from(response.buffer, response.byteOffset, response.length).toString('base64'));
  const message: Message = invocationNotification(invocation, world.place, included);
  return [
    {
      id: invocation.id,
      receiver: { kind: 'topic', topicArn: topic },
      message,
      createdAt: invocation.settledAt ?? invocation.acceptedAt,
      invocationId: invocation.id,
    },
  ];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
