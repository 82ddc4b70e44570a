import { EbbError } from '../core/errors.js';
import { type Invocation, type InvocationRequest, canBeRedriven } from '../core/invocation.js';
import { parseObjectLocation } from '../core/object-location.js';
import { endpointTakingWork } from './takes-work.js';
import type { World } from './world.js';

/**
 * Has what failed, expired or was cancelled run again: a new invocation with the same input, settings and result
 * locations, and as much time as the first one had. What is being run again already is not run a third time: that
 * invocation is returned. Raises `InvocationNotFound`, `InvocationNotSettled`, `EndpointNotFound`, `EndpointNotReady`, `IntakePaused`.
 */
export async function redriveInvocation(world: World, id: string, signal?: AbortSignal): Promise<Invocation> {
  const original = await world.ledger.find(id, signal);
  if (!original) throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
  if (!canBeRedriven(original.state)) {
    const which = 'only what has failed, expired or been cancelled can be run again';
    throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${original.state}: ${which}.`);
  }
  await endpointTakingWork(world, original.endpointName, signal);
  // Whoever looks at the failure location must not take the old failure for the new result, nor must that be taken away.
  if (original.failureLocation !== undefined && original.redrivenAs === undefined) {
    await world.objects.delete(parseObjectLocation(original.failureLocation), signal);
  }
  const { invocation, repeated } = await world.ledger.accept(again(world, original), signal);
  if (repeated) return invocation;
  world.signals.notify({ kind: 'backlog', endpointName: invocation.endpointName });
  world.signals.notify({ kind: 'invocation', invocationId: original.id });
  return invocation;
}

function again({ clock }: World, original: Invocation): InvocationRequest {
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
