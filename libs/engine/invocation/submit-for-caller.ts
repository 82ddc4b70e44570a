import type { Caller } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import type { Submission } from '../../core/invocation/submission.js';
import { acceptedBefore } from './idempotency.js';
import type { QuotaGate } from '../access/quota-gate.js';
import { type Accepted, type AcceptingWorld, acceptInvocation } from './accept-invocation.js';

/** A caller with its submission. */
export interface CallersSubmission {
  readonly caller: Caller;
  readonly submission: Omit<Submission, 'submittedBy'>;
}

/**
 * Accepts an invocation for a caller, within the caller's quotas. A repeat under an idempotency key gets the invocation
 * that was accepted before, even if quota, deadline or endpoint would not allow it any more. Raises the errors of
 * `acceptInvocation`, `QuotaExceeded`, and `InvalidRequest` if the deadline has passed or if a quota of bytes needs a
 * length that the input lacks.
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
    throw new EbbError('InvalidRequest', 'The deadline must be in the future.');
  }
  const release = await quotas.reserve(caller, countedBytes(caller, submission.input), signal);
  try {
    return await acceptInvocation(world, owned, signal);
  } finally {
    release();
  }
}

/** Returns the bytes that an input adds to its caller's backlog. */
function countedBytes({ quotas }: Caller, input: Submission['input']): number {
  if ('location' in input) return 0;
  if ('body' in input) return input.body.length;
  if (input.sizeBytes === undefined && quotas?.queuedBytes !== undefined) {
    throw new EbbError(
      'InvalidRequest',
      'The length of the body is required (Content-Length), because this access key has a quota of bytes.',
    );
  }
  return input.sizeBytes ?? 0;
}
