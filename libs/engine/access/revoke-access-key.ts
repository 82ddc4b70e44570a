import { ANONYMOUS_KEY_ID, type AccessKey, revoked } from '../../core/access/access-key.js';
import type { AccessWorld } from './access-material.js';
import { noSuchKey } from './find-access-key.js';

/** Revokes a key, so that it lets nobody in from now on. A second call changes nothing. Raises `AccessKeyNotFound`. */
export async function revokeAccessKey(world: AccessWorld, keyId: string, signal?: AbortSignal): Promise<AccessKey> {
  const now = world.clock.now();
  const key =
    keyId === ANONYMOUS_KEY_ID
      ? undefined
      : await world.catalog.accessKeys.update(keyId, (current) => revoked(current, now), signal);
  if (!key) throw noSuchKey(keyId);
  world.signals.notify({ kind: 'access-keys' });
  return key;
}
