import type { AccessKey } from '../../core/access/access-key.js';
import { EbbError } from '../../core/errors.js';
import type { AccessWorld } from './access-material.js';

/** The access key with this id, revoked ones too. Raises `AccessKeyNotFound`. */
export async function findAccessKey(
  { catalog }: Pick<AccessWorld, 'catalog'>,
  keyId: string,
  signal?: AbortSignal,
): Promise<AccessKey> {
  const key = await catalog.accessKeys.get(keyId, signal);
  if (!key) throw noSuchKey(keyId);
  return key;
}

/** What is said of a key that is not there, or is not one any more. */
export function noSuchKey(keyId: string): EbbError {
  return new EbbError('AccessKeyNotFound', `There is no access key ${keyId} that could be used.`);
}
