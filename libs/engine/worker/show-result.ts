import { type AttemptEnd, type Settling, afterAttempt } from '../../core/invocation/attempt.js';
import { isEbbError, messageOf } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { StagedObject } from '../../core/ports/objects.js';
import type { World } from '../world.js';

/** How an attempt has ended, and what comes of it. */
export interface Verdict {
  readonly end: AttemptEnd;
  readonly settling: Settling;
}

/** Where results are stored, and where their loss is written down. */
type Storage = Pick<World, 'log' | 'objects'>;

/**
 * Makes the output or the failure object visible. Returns the verdict that stands then: it is another one where the output
 * cannot be shown. Where the failure object can never be, the failure itself still stands and says so in the log; raises
 * `StorageFull` and `Unavailable` where it cannot be now.
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

/** It may have been cancelled after its output was shown: what is cancelled has none. */
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

/** That of the first run is gone already, unless Ebb ended while it was run again. */
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
