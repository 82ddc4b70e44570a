import { isEbbError, messageOf } from '../../core/errors.js';
import type { Invocation, InvocationRequest } from '../../core/invocation/invocation.js';
import type { Submission } from '../../core/invocation/submission.js';
import { parseObjectLocation } from '../../core/object-location.js';
import { checkIsSame, fingerprintOf } from './idempotency.js';
import { invocationRequest } from './invocation-request.js';
import { hashedInput, storeInput } from './store-input.js';
import { endpointTakingWork } from './endpoint-taking-work.js';
import type { World } from '../world.js';

/** The outcome of a submission. */
export interface Accepted {
  readonly invocation: Invocation;
  /** Whether the same request came before under its idempotency key; `invocation` is the one from then. */
  readonly isRepeat: boolean;
}

/** The parts of the world that accepting an invocation uses. */
export type AcceptingWorld = Pick<
  World,
  'catalog' | 'clock' | 'invocations' | 'ledger' | 'log' | 'notifications' | 'objects' | 'place' | 'secrets' | 'signals'
>;

/**
 * Accepts an invocation. When this resolves, the record and an inline input are on disk; the invocation may complete,
 * fail or expire, but is not lost. An input streams into storage. Raises `EndpointNotFound`, `EndpointNotReady`,
 * `WrongInferenceType`, `IntakePaused`, `InvalidRequest`, `BodyTooLarge`, `IdempotencyConflict`, `StorageFull`; a
 * refused submission leaves nothing behind.
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
  // The input goes first, so that no record exists without its input.
  const location = parseObjectLocation(request.inputLocation);
  // Storage's own etag would not do: it may depend on how an input was sent, or on the key that it is encrypted with.
  const hashing = request.idempotencyKey === undefined ? undefined : secrets.hashing();
  const input = hashing ? hashedInput(submission.input, hashing) : submission.input;
  const { sizeBytes: inputBytes } = await storeInput(
    world,
    location,
    { input, contentType: request.contentType },
    signal,
  );
  try {
    // The time of acceptance is read again, so that a long upload neither overtakes invocations that were accepted
    // meanwhile nor expires for taking long.
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

/**
 * Removes an input that is not needed. A failure is only logged: the caller gets the outcome of its submission, and the
 * object does no harm.
 */
async function removeInput(
  { log, objects }: Pick<World, 'log' | 'objects'>,
  { inputLocation }: InvocationRequest,
): Promise<void> {
  try {
    await objects.delete(parseObjectLocation(inputLocation));
  } catch (error) {
    if (isEbbError(error, 'BucketNotFound')) return;
    log.warn('An unused input could not be removed; it takes up room', {
      inputLocation,
      reason: messageOf(error),
    });
  }
}
