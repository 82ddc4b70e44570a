import type { Delivery } from '../../core/delivery/delivery.js';
import { EbbError, isEbbError, messageOf } from '../../core/errors.js';
import { CANCELLED_REASON } from '../../core/invocation/attempt.js';
import { type Invocation, isSettled } from '../../core/invocation/invocation.js';
import { parseObjectLocation } from '../../core/object-location.js';
import { settlementDeliveries } from '../delivery/settlement-deliveries.js';
import type { World } from '../world.js';

/**
 * Settles a queued or running invocation as Cancelled. It is not run from now on, and a worker that runs it is told to
 * stop. Cancelling again changes nothing. Raises `InvocationNotFound`, and `InvocationSettled` if the invocation was
 * settled otherwise before.
 */
export async function cancelInvocation(
  world: Pick<World, 'clock' | 'invocations' | 'ledger' | 'log' | 'objects' | 'place' | 'publicUrl' | 'signals'>,
  id: string,
  signal?: AbortSignal,
): Promise<Invocation> {
  const invocation = await world.invocations.find(id, signal);
  if (!invocation) throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
  if (isSettled(invocation.state)) return alreadySettled(invocation);
  const cancellation = { settledAt: world.clock.now(), failureReason: CANCELLED_REASON };
  const hasFailureObject = await showFailure(world, invocation);
  const cancelled: Invocation = { ...invocation, ...cancellation, state: 'Cancelled', failureKind: 'cancelled' };
  let isCancelled = false;
  let deliveries: readonly Delivery[] = [];
  try {
    deliveries = await settlementDeliveries(world, cancelled);
    isCancelled = await world.ledger.cancel(id, cancellation, deliveries);
  } finally {
    if (!isCancelled && hasFailureObject) await hideFailure(world, invocation);
  }
  const settled = (await world.invocations.find(id))!;
  if (!isCancelled) return alreadySettled(settled);
  const { endpointName } = invocation;
  world.signals.notify({ kind: 'cancelled', invocationId: id });
  world.signals.notify({ kind: 'invocation', invocationId: id });
  world.signals.notify({ kind: 'backlog', endpointName });
  if (deliveries.length > 0) world.signals.notify({ kind: 'outbox' });
  return settled;
}

function alreadySettled(invocation: Invocation): Invocation {
  if (invocation.state === 'Cancelled') return invocation;
  const { id, state } = invocation;
  throw new EbbError('InvocationSettled', `The invocation '${id}' is ${state} and cannot be cancelled any more.`);
}

/**
 * Writes the failure object, as for any failure before the record says Cancelled. Returns whether it was written. A
 * failure object of the model itself stays, because an attempt may be failing at this moment.
 */
async function showFailure({ objects }: Pick<World, 'objects'>, { failureLocation }: Invocation): Promise<boolean> {
  if (failureLocation === undefined) return false;
  const body = new TextEncoder().encode(CANCELLED_REASON);
  const options = { contentType: 'text/plain; charset=utf-8', sizeBytes: body.length, ifAbsent: true };
  try {
    await objects.put(parseObjectLocation(failureLocation), body, options);
    return true;
  } catch (error) {
    if (isEbbError(error, 'StorageFull', 'Unavailable')) throw error;
    // The object exists already or can never be written: neither is a reason to let the invocation run.
    return false;
  }
}

/**
 * Removes the failure object if the invocation was not cancelled. If it failed instead, the object stays, because the
 * failure's own object has replaced it.
 */
async function hideFailure(
  { invocations, log, objects }: Pick<World, 'invocations' | 'log' | 'objects'>,
  { id, failureLocation }: Invocation,
): Promise<void> {
  try {
    const { state } = (await invocations.find(id))!;
    if (state === 'Completed' || !isSettled(state)) await objects.delete(parseObjectLocation(failureLocation!));
  } catch (error) {
    log.error('A failure object of an invocation that was not cancelled could not be removed', {
      invocationId: id,
      failureLocation,
      reason: messageOf(error),
    });
  }
}
