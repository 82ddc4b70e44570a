import {
  ANONYMOUS_KEY_ID,
  type AccessKey,
  DEFAULT_GRACE_SECONDS,
  validWebhookSecrets,
  webhookSecretRotated,
} from '../../core/access/access-key.js';
import { type AccessWorld, newWebhookSecret, webhookPurpose } from './access-material.js';
import { noSuchKey } from './find-access-key.js';
import { checkGrace } from './rotate-access-key.js';

/**
 * Returns the secrets that sign the callbacks of an access key now, newest first; without an id, those of callers
 * without a key. Raises `AccessKeyNotFound`.
 */
export async function webhookSecretsOf(
  world: AccessWorld,
  keyId = ANONYMOUS_KEY_ID,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const key = (await world.catalog.accessKeys.get(keyId, signal)) ?? (await anonymousKey(world, keyId, signal));
  return validWebhookSecrets(key, world.clock.now()).map(({ sealed }) =>
    world.secrets.open(sealed, webhookPurpose(key.id)),
  );
}

/**
 * Gives a key a new webhook secret, which is shown only once. For the grace, callbacks are signed with the old secret
 * too. Raises `AccessKeyNotFound` and `InvalidRequest`.
 */
export async function rotateWebhookSecret(
  world: AccessWorld,
  keyId: string,
  graceSeconds = DEFAULT_GRACE_SECONDS,
  signal?: AbortSignal,
): Promise<{ readonly key: AccessKey; readonly webhookSecret: string }> {
  checkGrace(graceSeconds);
  if (keyId === ANONYMOUS_KEY_ID) await anonymousKey(world, keyId, signal);
  const { plain, kept } = newWebhookSecret(world, keyId);
  const key = await world.catalog.accessKeys.update(
    keyId,
    (current) => (current.revokedAt === undefined ? webhookSecretRotated(current, kept, graceSeconds * 1000) : current),
    signal,
  );
  if (key?.webhookSecrets[0]?.sealed !== kept.sealed) throw noSuchKey(keyId);
  world.signals.notify({ kind: 'access-keys' });
  return { key, webhookSecret: plain };
}

/**
 * Returns the record of callers without a key, which holds their webhook secrets. It is created when it is first
 * needed.
 */
async function anonymousKey(world: AccessWorld, keyId: string, signal?: AbortSignal): Promise<AccessKey> {
  if (keyId !== ANONYMOUS_KEY_ID) throw noSuchKey(keyId);
  const { accessKeys } = world.catalog;
  const key: AccessKey = {
    id: ANONYMOUS_KEY_ID,
    name: ANONYMOUS_KEY_ID,
    role: 'submit',
    credentials: [],
    webhookSecrets: [newWebhookSecret(world, ANONYMOUS_KEY_ID).kept],
    createdAt: world.clock.now(),
    createdBy: 'Ebb',
  };
  await accessKeys.create(ANONYMOUS_KEY_ID, key, signal);
  return (await accessKeys.get(ANONYMOUS_KEY_ID, signal))!;
}
