import type { Credential, WebhookSecret } from '../../core/access/access-key.js';
import type { World } from '../world.js';

/** The part of the world that access keys need: they are made, changed and recognised without the rest of Ebb. */
export type AccessWorld = Pick<World, 'catalog' | 'clock' | 'secrets' | 'signals'>;

/** A new credential in plain text. It is shown once, and is not stored. */
export interface PlainCredential {
  readonly token: string;
  readonly secretAccessKey: string;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64 = `${ALPHANUMERIC}+/`;
const BASE64URL = `${ALPHANUMERIC}-_`;

const ID_LENGTH = 16;
/**
 * The lengths of a token (43 characters of 6 bits), an AWS secret (40 of 6 bits) and a webhook secret (33 bytes in
 * base64). All are too long to be guessed.
 */
const TOKEN_LENGTH = 43;
const SECRET_KEY_LENGTH = 40;
const WEBHOOK_SECRET_LENGTH = 44;

/**
 * The credential with which Ebb calls its own queues. It belongs to no access key, and lasts as long as the process.
 */
export interface OwnCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Makes the own credential of one process. */
export function newOwnCredential(world: Pick<AccessWorld, 'secrets'>): OwnCredential {
  return { accessKeyId: newKeyId(world), secretAccessKey: world.secrets.random(BASE64, SECRET_KEY_LENGTH) };
}

/** Makes the id of a new access key. */
export function newKeyId({ secrets }: Pick<AccessWorld, 'secrets'>): string {
  return `EBBK${secrets.random(BASE32, ID_LENGTH)}`;
}

/** Makes a new credential of a key, in plain text and in the form that is stored. */
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

/** Makes a new webhook secret of a key, in the form of Standard Webhooks and in the form that is stored. */
export function newWebhookSecret(
  { clock, secrets }: AccessWorld,
  keyId: string,
): { readonly plain: string; readonly kept: WebhookSecret } {
  const plain = `whsec_${secrets.random(BASE64, WEBHOOK_SECRET_LENGTH)}`;
  return { plain, kept: { sealed: secrets.seal(plain, webhookPurpose(keyId)), createdAt: clock.now() } };
}

/** Returns the purpose for which a key's AWS secrets are sealed. */
export function secretKeyPurpose(keyId: string): string {
  return `secret-key ${keyId}`;
}

/** Returns the purpose for which a key's webhook secrets are sealed. */
export function webhookPurpose(keyId: string): string {
  return `webhook ${keyId}`;
}
