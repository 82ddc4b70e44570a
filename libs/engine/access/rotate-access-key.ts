import {
  ANONYMOUS_KEY_ID,
  type AccessKey,
  DEFAULT_GRACE_SECONDS,
  MAX_GRACE_SECONDS,
  rotated,
} from '../../core/access/access-key.js';
import { EbbError } from '../../core/errors.js';
import { type AccessWorld, type PlainCredential, newCredential } from './access-material.js';
import { noSuchKey } from './find-access-key.js';

/** A key with its new credential, which is shown only once. */
export interface RotatedAccessKey {
  readonly key: AccessKey;
  readonly credential: PlainCredential;
}

/**
 * Gives a key a new token and a new AWS secret. The old ones stay valid for the grace; without grace they are refused
 * at once. Raises `AccessKeyNotFound` and `InvalidRequest`.
 */
export async function rotateAccessKey(
  world: AccessWorld,
  keyId: string,
  graceSeconds = DEFAULT_GRACE_SECONDS,
  signal?: AbortSignal,
): Promise<RotatedAccessKey> {
  checkGrace(graceSeconds);
  const credential = newCredential(world, keyId);
  const key = await world.catalog.accessKeys.update(
    keyId,
    (current) => {
      // The record of callers without a key gets no credential, and a revoked key stays revoked.
      if (current.id === ANONYMOUS_KEY_ID || current.revokedAt !== undefined) return current;
      return rotated(current, credential.kept, graceSeconds * 1000);
    },
    signal,
  );
  if (key?.credentials[0]?.tokenHash !== credential.kept.tokenHash) throw noSuchKey(keyId);
  world.signals.notify({ kind: 'access-keys' });
  return { key, credential: credential.plain };
}

/** Checks a rotation's grace. Raises `InvalidRequest`. */
export function checkGrace(graceSeconds: number): void {
  if (Number.isInteger(graceSeconds) && graceSeconds >= 0 && graceSeconds <= MAX_GRACE_SECONDS) return;
  throw new EbbError('InvalidRequest', `graceSeconds must be a whole number from 0 to ${MAX_GRACE_SECONDS}.`);
}
