import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { Submission } from '../../core/invocation/submission.js';
import type { Secrets } from '../../core/ports/secrets.js';
import { hashInput } from './store-input.js';
import type { World } from '../world.js';

/**
 * Returns a submission's idempotency key within its access key: equal keys under different access keys are unrelated.
 */
export function scopedKey({ idempotencyKey, submittedBy = '' }: Submission): string | undefined {
  return idempotencyKey === undefined ? undefined : `${submittedBy}/${idempotencyKey}`;
}

/**
 * Returns the invocation that was accepted before under a submission's idempotency key, even if the submission could
 * not be accepted now. An inline input is read for comparison and not stored. Raises `IdempotencyConflict` if the
 * earlier request differs, and `BodyTooLarge`.
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
 * Returns a hash over all members that make a request what it is. A repeat has the same hash, regardless of when and
 * from where it comes. `contentHash` stands for an inline input.
 */
export function fingerprintOf(secrets: Secrets, submission: Submission, contentHash: string | undefined): string {
  const { idempotencyKey: _key, input, labels = {}, submittedBy: _by, ...rest } = submission;
  const members = { ...rest, input: 'location' in input ? input.location : contentHash, labels: sorted(labels) };
  return secrets.hash(JSON.stringify(sorted(members)));
}

/** Raises `IdempotencyConflict` if the first request under a key differs. */
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
