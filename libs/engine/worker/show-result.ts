import { type AttemptEnd, type Settling, afterAttempt } from '../../core/invocation/attempt.js';
import { isEbbError, messageOf } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { StagedObject } from '../../core/ports/objects.js';
import type { World } from '../world.js';

/** The end of an attempt, and the settling that follows from it. */
export interface Verdict {
  readonly end: AttemptEnd;
  readonly settling: Settling;
}

/** The storage of results, and the log for results that are lost. */
type Storage = Pick<World, 'log' | 'objects'>;

/**
 * Makes the output or the failure object visible, and returns the verdict that holds then. If the output cannot be
 * shown, that is a failure. If the failure object can never be written, the failure holds without it, and the log says
 * so. Raises `StorageFull` and `Unavailable` if the failure object cannot be written now.
 */
export async function showResult(
  world: Storage,
  invocation: Invocation,
  staged: StagedObject | undefined,
  verdict: Verdict,
): Promise<Verdict> {
  const { failureReason } = verdict.settling;
  if (failureReason !== undefined) {
    await showFailure(world, invocation, failureReason, staged);
    return verdict;
  }
  try {
    await staged?.commit();
    if (invocation.redriveOf !== undefined) await hideOldFailure(world, invocation);
    return verdict;
  } catch (error) {
    const reason = `The output could not be written to ${invocation.outputLocation}: ${messageOf(error)}`;
    const end = { kind: 'output-unwritable', reason } as const;
    const settling = afterAttempt(invocation, end);
    await showFailure(world, invocation, settling.failureReason);
    return { end, settling };
  }
}

/**
 * Removes the output of an invocation that was cancelled after its output was shown: a cancelled invocation has none.
 */
export async function hideOutput(
  { invocations, log, objects }: Storage & Pick<World, 'invocations'>,
  { id, outputLocation }: Invocation,
): Promise<void> {
  try {
    const { redrivenAs, state } = (await invocations.find(id))!;
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

/** Removes the failure object of the first run. It still exists only if Ebb ended during the redrive. */
async function hideOldFailure({ log, objects }: Storage, { id, failureLocation }: Invocation): Promise<void> {
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

async function showFailure(
  world: Storage,
  invocation: Invocation,
  failureReason: string,
  staged?: StagedObject,
): Promise<void> {
  const { failureLocation } = invocation;
  if (failureLocation === undefined) return;
  try {
    if (staged) {
      await staged.commit();
      return;
    }
    const body = new TextEncoder().encode(failureReason);
    const options = { contentType: 'text/plain; charset=utf-8', sizeBytes: body.length };
    await world.objects.put(parseObjectLocation(failureLocation), body, options);
  } catch (error) {
    // If storage has room or answers again later, the object is written when the lease has run out.
    if (isEbbError(error, 'StorageFull', 'Unavailable')) throw error;
    world.log.error('A failure object could not be written; a client that polls for it waits in vain', {
      endpoint: invocation.endpointName,
      inferenceId: invocation.inferenceId,
      failureLocation,
      reason: messageOf(error),
    });
  }
}
