import {
  ANONYMOUS_KEY_ID,
  type AccessKey,
  type AccessKeyRequest,
  MAX_ACCESS_KEYS,
  REVOKED_RETENTION_MS,
  checkAccessKeyRequest,
} from '../../core/access/access-key.js';
import { EbbError } from '../../core/errors.js';
import {
  type AccessWorld,
  type PlainCredential,
  newCredential,
  newKeyId,
  newWebhookSecret,
} from './access-material.js';

/** A new key, with the secrets that are shown only once. */
export interface CreatedAccessKey {
  readonly key: AccessKey;
  readonly credential: PlainCredential;
  readonly webhookSecret: string;
}

/** Creates an access key; `createdBy` is the name of the caller. Raises `InvalidRequest` and `LimitExceeded`. */
export async function createAccessKey(
  world: AccessWorld,
  request: AccessKeyRequest,
  createdBy: string,
  signal?: AbortSignal,
): Promise<CreatedAccessKey> {
  checkAccessKeyRequest(request);
  await makeRoom(world, signal);
  const id = newKeyId(world);
  const credential = newCredential(world, id);
  const webhookSecret = newWebhookSecret(world, id);
  const { name, role, endpoints, quotas } = request;
  const key: AccessKey = {
    id,
    name,
    role,
    ...(endpoints && { endpoints }),
    ...(quotas && { quotas }),
    credentials: [credential.kept],
    webhookSecrets: [webhookSecret.kept],
    createdAt: credential.kept.createdAt,
    createdBy,
  };
  if (!(await world.catalog.accessKeys.create(id, key, signal))) {
    throw new EbbError('AlreadyExists', `The access key ${id} exists already; repeat the request.`);
  }
  world.signals.notify({ kind: 'access-keys' });
  return { key, credential: credential.plain, webhookSecret: webhookSecret.plain };
}

/** Deletes keys whose revocation is older than their retention, and refuses if there are still too many. */
async function makeRoom({ catalog, clock }: AccessWorld, signal?: AbortSignal): Promise<void> {
  const keys = await catalog.accessKeys.all(signal);
  const oldest = clock.now() - REVOKED_RETENTION_MS;
  const forgotten = keys.filter(({ revokedAt = Infinity }) => revokedAt < oldest);
  for (const { id } of forgotten) await catalog.accessKeys.delete(id, signal);
  const live = keys.filter(({ id, revokedAt }) => revokedAt === undefined && id !== ANONYMOUS_KEY_ID);
  if (live.length < MAX_ACCESS_KEYS) return;
  throw new EbbError('LimitExceeded', `At most ${MAX_ACCESS_KEYS} access keys can exist; revoke one first.`);
}
