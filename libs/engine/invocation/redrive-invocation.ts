import { EbbError, isEbbError, messageOf } from '../../core/errors.js';
import { type Invocation, type InvocationRequest, canBeRedriven } from '../../core/invocation/invocation.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { ObjectHead } from '../../core/ports/objects.js';
import type { World } from '../world.js';
import { endpointTakingWork } from './endpoint-taking-work.js';

/**
 * Has what failed, expired or was cancelled run again: a new invocation with the same input, settings and result
 * locations, and as much time as the first one had. What is being run again already is not run a third time: that
 * invocation is returned. Raises `InvocationNotFound`, `InvocationNotSettled`, `EndpointNotFound`, `EndpointNotReady`, `IntakePaused`.
 */
export async function redriveInvocation(
  world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'ledger' | 'log' | 'objects' | 'place' | 'signals'>,
  id: string,
  signal?: AbortSignal,
): Promise<Invocation> {
  const original = await world.invocations.find(id, signal);
  if (!original) throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
  if (!canBeRedriven(original.state)) {
    const which = 'only what has failed, expired or been cancelled can be run again';
    throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${original.state}: ${which}.`);
  }
  await endpointTakingWork(world, original.endpointName, signal);
  const failure = await headOfFailure(world, original, signal);
  const { invocation, repeated } = await world.ledger.accept(again(world, original), signal);
  if (repeated) return invocation;
  // Whoever looks at the failure location must not take the old failure for the new result, nor must that be taken away.
  if (failure) await removeFailure(world, original, failure);
  world.signals.notify({ kind: 'backlog', endpointName: invocation.endpointName });
  world.signals.notify({ kind: 'invocation', invocationId: original.id });
  return invocation;
}

async function headOfFailure(
  { objects }: Pick<World, 'objects'>,
  { failureLocation }: Invocation,
  signal?: AbortSignal,
): Promise<ObjectHead | undefined> {
  if (failureLocation === undefined) return undefined;
  try {
    return await objects.head(parseObjectLocation(failureLocation), signal);
  } catch (error) {
    if (isEbbError(error, 'ObjectNotFound', 'BucketNotFound', 'InvalidRequest')) return undefined;
    throw error;
  }
}

/** The new run may have failed by now, and put its own failure there. What cannot be removed goes when it completes. */
async function removeFailure(
  world: Pick<World, 'log' | 'objects'>,
  original: Invocation,
  known: ObjectHead,
): Promise<void> {
  try {
    const now = await headOfFailure(world, original);
    if (now?.etag !== known.etag || now.modifiedAt !== known.modifiedAt) return;
    await world.objects.delete(parseObjectLocation(original.failureLocation!));
  } catch (error) {
    const { failureLocation, id } = original;
    world.log.warn('The failure object of what runs again could not be removed', {
      invocationId: id,
      failureLocation,
      reason: messageOf(error),
    });
  }
}

function again({ clock }: Pick<World, 'clock'>, original: Invocation): InvocationRequest {
  const {
    accept,
    acceptedAt,
    callbackUrl,
    contentType,
    customAttributes,
    endpointName,
    errorTopic,
    expiresAt,
    failureLocation,
    includeResponseIn,
    inferenceId,
    inputBytes,
    inputLocation,
    labels,
    outputLocation,
    priority,
    submittedBy,
    successTopic,
    timeoutMs,
  } = original;
  const now = clock.now();
  return {
    id: clock.uniqueId(),
    acceptedAt: now,
    expiresAt: now + (expiresAt - acceptedAt),
    redriveOf: original.id,
    accept,
    callbackUrl,
    contentType,
    customAttributes,
    endpointName,
    errorTopic,
    failureLocation,
    includeResponseIn,
    inferenceId,
    inputBytes,
    inputLocation,
    labels,
    outputLocation,
    priority,
    submittedBy,
    successTopic,
    timeoutMs,
  };
}
