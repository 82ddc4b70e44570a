import type { AccessKey } from '../../core/access/access-key.js';
import { EbbError } from '../../core/errors.js';
import type { AccessWorld } from './access-material.js';

/** Returns the access key with this id, even if it is revoked. Raises `AccessKeyNotFound`. */
export async function findAccessKey(
  { catalog }: Pick<AccessWorld, 'catalog'>,
  keyId: string,
  signal?: AbortSignal,
): Promise<AccessKey> {
  const key = await catalog.accessKeys.get(keyId, signal);
  if (!key) throw noSuchKey(keyId);
  return key;
}

/** Makes the error for a key that does not exist, or that is revoked. */
export function noSuchKey(keyId: string): EbbError {
  return new EbbError('AccessKeyNotFound', `There is no usable access key ${keyId}.`);
}
