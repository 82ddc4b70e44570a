import type { Caller } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import type { Submission } from '../../core/invocation/submission.js';
import { acceptedBefore } from './idempotency.js';
import type { QuotaGate } from '../access/quota-gate.js';
import { type Accepted, type AcceptingWorld, acceptInvocation } from './accept-invocation.js';

/** What a caller asks for. */
export interface CallersSubmission {
  readonly caller: Caller;
  readonly submission: Omit<Submission, 'submittedBy'>;
}

/**
 * Accepts an invocation on a caller's behalf and within its quotas. A repeat under an idempotency key gets what was
 * accepted before, though there may be no room, no time or no endpoint for it any more. Raises what `acceptInvocation`
 * raises, and `QuotaExceeded`; `InvalidRequest` where the deadline is over, or the length of an input is not known that
 * counts.
 */
export async function submitForCaller(
  world: AcceptingWorld,
  quotas: Pick<QuotaGate, 'reserve'>,
  { caller, submission }: CallersSubmission,
  signal?: AbortSignal,
): Promise<Accepted> {
  const owned = { ...submission, submittedBy: caller.keyId };
  if (owned.idempotencyKey !== undefined) {
    const first = await acceptedBefore(world, owned, signal);
    if (first) return { invocation: first, isRepeat: true };
  }
  if (submission.startBy !== undefined && submission.startBy <= world.clock.now()) {
    throw new EbbError('InvalidRequest', 'The deadline must not be over yet.');
  }
  const release = await quotas.reserve(caller, countedBytes(caller, submission.input), signal);
  try {
    return await acceptInvocation(world, owned, signal);
  } finally {
    release();
  }
}

/** How much an input adds to what its caller has waiting. */
function countedBytes({ quotas }: Caller, input: Submission['input']): number {
  if ('location' in input) return 0;
  if ('body' in input) return input.body.length;
  if (input.sizeBytes === undefined && quotas?.queuedBytes !== undefined) {
    throw new EbbError(
      'InvalidRequest',
      'The length of the body must be told (Content-Length): this access key has a quota of bytes.',
    );
  }
  return input.sizeBytes ?? 0;
}
