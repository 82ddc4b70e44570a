import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { Submission } from '../../core/invocation/submission.js';
import type { Secrets } from '../../core/ports/secrets.js';
import { hashInput } from './store-input.js';
import type { World } from '../world.js';

/** The idempotency keys of one access key have nothing to do with those of another. */
export function scopedKey({ idempotencyKey, submittedBy = '' }: Submission): string | undefined {
  return idempotencyKey === undefined ? undefined : `${submittedBy}/${idempotencyKey}`;
}

/**
 * The invocation that was accepted before under a submission's idempotency key, whatever would be in the way of accepting
 * it now: an input that comes along is read to see that it is the same, and not stored. Raises `IdempotencyConflict` where
 * the request is another one, and `BodyTooLarge`.
 */
export async function acceptedBefore(
  { clock, invocations, secrets }: Pick<World, 'clock' | 'invocations' | 'secrets'>,
  submission: Submission,
  signal?: AbortSignal,
): Promise<Invocation | undefined> {
  const { endpointName, input } = submission;
  const key = scopedKey(submission);
  const first = key === undefined ? undefined : await invocations.findByKey(endpointName, key, clock.now(), signal);
  if (!first) return undefined;
  const contentHash = 'location' in input ? undefined : await hashInput(input, secrets.hashing());
  checkIsSame(first, submission, fingerprintOf(secrets, submission, contentHash));
  return first;
}

/**
 * Everything that makes a request what it is, in one hash: a repeat has the same, whenever and from wherever it comes.
 * `contentHash` stands for an input that came along.
 */
export function fingerprintOf(secrets: Secrets, submission: Submission, contentHash: string | undefined): string {
  const { idempotencyKey: _key, input, labels = {}, submittedBy: _by, ...rest } = submission;
  const members = { ...rest, input: 'location' in input ? input.location : contentHash, labels: sorted(labels) };
  return secrets.hash(JSON.stringify(sorted(members)));
}

/** Raises `IdempotencyConflict` where the first request under a key was another one. */
export function checkIsSame(first: Invocation, { idempotencyKey }: Submission, fingerprint: string | undefined): void {
  if (first.fingerprint === fingerprint) return;
  throw new EbbError(
    'IdempotencyConflict',
    `The idempotency key '${idempotencyKey}' came with another request before: invocation ${first.id}.`,
  );
}

function sorted(members: Readonly<Record<string, unknown>>): [string, unknown][] {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.sort(([a], [b]) => (a < b ? -1 : 1));
}
