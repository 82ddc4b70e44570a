import { EbbError, isEbbError, messageOf } from '../../core/errors.js';
import { type Invocation, type InvocationRequest, canBeRedriven } from '../../core/invocation/invocation.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { ObjectHead } from '../../core/ports/objects.js';
import type { World } from '../world.js';
import { endpointTakingWork } from './endpoint-taking-work.js';

/**
 * Runs a failed, expired or cancelled invocation again, as a new invocation with the same input, settings and result
 * locations, and as much time as the first one had. If it is already being redriven, that invocation is returned.
 * Raises `InvocationNotFound`, `InvocationNotSettled`, `EndpointNotFound`, `EndpointNotReady`, `IntakePaused`.
 */
export async function redriveInvocation(
  world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'ledger' | 'log' | 'objects' | 'place' | 'signals'>,
  id: string,
  signal?: AbortSignal,
): Promise<Invocation> {
  const original = await world.invocations.find(id, signal);
  if (!original) throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
  if (!canBeRedriven(original.state)) {
    const which = 'only a failed, expired or cancelled invocation can be run again';
    throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${original.state}: ${which}.`);
  }
  await endpointTakingWork(world, original.endpointName, signal);
  const failure = await headOfFailure(world, original, signal);
  const { invocation, repeated } = await world.ledger.accept(again(world, original), signal);
  if (repeated) return invocation;
  // The old failure object must go, so that a client does not take it for the new result. A failure object of the new
  // run must stay.
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

/**
 * Removes the failure object of the first run, unless the new run has failed by now and replaced it. If it cannot be
 * removed, it goes when the new run completes.
 */
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
    world.log.warn(
      'The failure object of a redriven invocation could not be removed; it goes when the new one completes',
      {
        invocationId: id,
        failureLocation,
        reason: messageOf(error),
      },
    );
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
