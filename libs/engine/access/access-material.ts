import type { Credential, WebhookSecret } from '../../core/access/access-key.js';
import type { World } from '../world.js';

/** What access keys are made, changed and recognised with: it can be had without the rest of Ebb. */
export type AccessWorld = Pick<World, 'catalog' | 'clock' | 'secrets' | 'signals'>;

/** A new credential in plain text: it is shown once, and kept nowhere. */
export interface PlainCredential {
  readonly token: string;
  readonly secretAccessKey: string;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64 = `${ALPHANUMERIC}+/`;
const BASE64URL = `${ALPHANUMERIC}-_`;

const ID_LENGTH = 16;
/** 43 characters of 6 bits, 40 of 6, and 33 bytes in base64: none of them is to be guessed. */
const TOKEN_LENGTH = 43;
const SECRET_KEY_LENGTH = 40;
const WEBHOOK_SECRET_LENGTH = 44;

/** Who Ebb is to its own queues: a pair that no key has and that lasts as long as the process. */
export interface OwnCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Makes the credential of one process. */
export function newOwnCredential(world: Pick<AccessWorld, 'secrets'>): OwnCredential {
  return { accessKeyId: newKeyId(world), secretAccessKey: world.secrets.random(BASE64, SECRET_KEY_LENGTH) };
}

/** A new access key's id. */
export function newKeyId({ secrets }: Pick<AccessWorld, 'secrets'>): string {
  return `EBBK${secrets.random(BASE32, ID_LENGTH)}`;
}

/** A new credential of a key, in plain text and as it is kept. */
export function newCredential(
  { clock, secrets }: AccessWorld,
  keyId: string,
): { readonly plain: PlainCredential; readonly kept: Credential } {
  const token = `ebb_${keyId}_${secrets.random(BASE64URL, TOKEN_LENGTH)}`;
  const secretAccessKey = secrets.random(BASE64, SECRET_KEY_LENGTH);
  const sealedSecretKey = secrets.seal(secretAccessKey, secretKeyPurpose(keyId));
  return {
    plain: { token, secretAccessKey },
    kept: { tokenHash: secrets.hash(token), sealedSecretKey, createdAt: clock.now() },
  };
}

/** A new webhook secret of a key, in the form of Standard Webhooks and as it is kept. */
export function newWebhookSecret(
  { clock, secrets }: AccessWorld,
  keyId: string,
): { readonly plain: string; readonly kept: WebhookSecret } {
  const plain = `whsec_${secrets.random(BASE64, WEBHOOK_SECRET_LENGTH)}`;
  return { plain, kept: { sealed: secrets.seal(plain, webhookPurpose(keyId)), createdAt: clock.now() } };
}

/** What a key's AWS secrets are sealed for. */
export function secretKeyPurpose(keyId: string): string {
  return `secret-key ${keyId}`;
}

/** What a key's webhook secrets are sealed for. */
export function webhookPurpose(keyId: string): string {
  return `webhook ${keyId}`;
}
