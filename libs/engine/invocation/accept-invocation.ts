import { isEbbError, messageOf } from '../../core/errors.js';
import type { Invocation, InvocationRequest } from '../../core/invocation/invocation.js';
import type { Submission } from '../../core/invocation/submission.js';
import { parseObjectLocation } from '../../core/object-location.js';
import { checkIsSame, fingerprintOf } from './idempotency.js';
import { invocationRequest } from './invocation-request.js';
import { hashedInput, storeInput } from './store-input.js';
import { endpointTakingWork } from './endpoint-taking-work.js';
import type { World } from '../world.js';

/** What came of a submission. */
export interface Accepted {
  readonly invocation: Invocation;
  /** The same was asked for before under its idempotency key: this is the invocation from then. */
  readonly isRepeat: boolean;
}

/** What it takes to accept an invocation. */
export type AcceptingWorld = Pick<
  World,
  'catalog' | 'clock' | 'invocations' | 'ledger' | 'log' | 'notifications' | 'objects' | 'place' | 'secrets' | 'signals'
>;

/**
 * Accepts an invocation: when this resolves, the record (and an input that came along) is on disk and the work will be
 * done, expire or fail, but not be lost. An input streams into storage. Raises `EndpointNotFound`, `EndpointNotReady`,
 * `WrongInferenceType`, `IntakePaused`, `InvalidRequest`, `BodyTooLarge`, `IdempotencyConflict`, `StorageFull`; nothing
 * stays of what was refused.
 */
export async function acceptInvocation(
  world: AcceptingWorld,
  submission: Submission,
  signal?: AbortSignal,
): Promise<Accepted> {
  const { clock, notifications, place, secrets } = world;
  if (submission.callbackUrl !== undefined) notifications.checkCallbackUrl(submission.callbackUrl);
  const endpoint = await endpointTakingWork(world, submission.endpointName, signal);
  const now = clock.now();
  const request = invocationRequest(submission, endpoint, { id: clock.uniqueId(), acceptedAt: now, place });
  if ('location' in submission.input) return accept(world, submission, request);
  // The input goes first: a record whose input does not exist must never be seen.
  const location = parseObjectLocation(request.inputLocation);
  // Storage's own etag would not do: it may depend on how an input came, or on the key that it is encrypted with.
  const hashing = request.idempotencyKey === undefined ? undefined : secrets.hashing();
  const input = hashing ? hashedInput(submission.input, hashing) : submission.input;
  const { sizeBytes: inputBytes } = await storeInput(
    world,
    location,
    { input, contentType: request.contentType },
    signal,
  );
  try {
    // A long upload must not come before what was asked for meanwhile, nor be refused for having taken long.
    const acceptedAt = clock.now();
    const expiresAt = request.expiresAt + (submission.startBy === undefined ? acceptedAt - now : 0);
    const complete = { ...request, acceptedAt, expiresAt, inputBytes };
    const accepted = await accept(world, submission, complete, hashing?.digest());
    if (accepted.isRepeat) await removeInput(world, request);
    return accepted;
  } catch (error) {
    await removeInput(world, request);
    throw error;
  }
}

async function accept(
  { ledger, secrets, signals }: Pick<World, 'ledger' | 'secrets' | 'signals'>,
  submission: Submission,
  request: InvocationRequest,
  contentHash?: string,
): Promise<Accepted> {
  const fingerprint =
    request.idempotencyKey === undefined ? undefined : fingerprintOf(secrets, submission, contentHash);
  const { invocation, repeated } = await ledger.accept({ ...request, fingerprint });
  if (repeated) checkIsSame(invocation, submission, fingerprint);
  else signals.notify({ kind: 'backlog', endpointName: request.endpointName });
  return { invocation, isRepeat: repeated };
}

/** Whether or not that goes well, the caller is told what it has to be told; what stays is in nobody's way. */
async function removeInput(
  { log, objects }: Pick<World, 'log' | 'objects'>,
  { inputLocation }: InvocationRequest,
): Promise<void> {
  try {
    await objects.delete(parseObjectLocation(inputLocation));
  } catch (error) {
    if (isEbbError(error, 'BucketNotFound')) return;
    log.warn('An input that nobody needs could not be removed and takes up room', {
      inputLocation,
      reason: messageOf(error),
    });
  }
}
