import { type Caller, type Quotas, ROLES, type Role } from './caller.js';
import { EbbError } from '../errors.js';

/** A bearer token and an AWS secret, issued together. Neither is kept as it is. */
export interface Credential {
  /** SHA-256. */
  readonly tokenHash: string;
  readonly sealedSecretKey: string;
  readonly createdAt: number;
  /** From then on it is refused; absent while nothing has taken its place. */
  readonly validUntil?: number;
}

/** What callbacks are signed with. */
export interface WebhookSecret {
  readonly sealed: string;
  readonly createdAt: number;
  /** From then on nothing is signed with it; absent while nothing has taken its place. */
  readonly validUntil?: number;
}

/** Who is let in, and to what. */
export interface AccessKey {
  /** `EBBK` and 16 characters; also the AWS access key id. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Names of endpoints, or prefixes that end in `*`; absent means all. */
  readonly endpoints?: readonly string[];
  readonly quotas?: Quotas;
  /** Newest first; more than one while a rotation's grace lasts. */
  readonly credentials: readonly Credential[];
  /** Newest first. */
  readonly webhookSecrets: readonly WebhookSecret[];
  readonly createdAt: number;
  /** The name of whoever made it. */
  readonly createdBy: string;
  /** To the minute. */
  readonly lastUsedAt?: number;
  readonly revokedAt?: number;
}

/** What is said of a key when it is made. */
export interface AccessKeyRequest {
  readonly name: string;
  readonly role: Role;
  readonly endpoints?: readonly string[];
  readonly quotas?: Quotas;
}

/** The record that holds the webhook secrets of whoever submits without a key; nobody gets in with it. */
export const ANONYMOUS_KEY_ID = 'anonymous';

/** Keys that can be used, at a time. */
export const MAX_ACCESS_KEYS = 1000;
/** Revoked keys are remembered for so long: the audit names them, and callbacks of theirs may be on their way. */
export const REVOKED_RETENTION_MS = 90 * 86_400_000;
/** How long the old credentials go on after a rotation, unless told. */
export const DEFAULT_GRACE_SECONDS = 86_400;
export const MAX_GRACE_SECONDS = 30 * 86_400;

export const MAX_KEY_NAME_LENGTH = 64;
export const MAX_KEY_ENDPOINTS = 100;
export const KEY_NAME = /^[\w.@:+-](?:[\w .@:+-]*[\w.@:+-])?$/;
/** A name of an endpoint, or the beginning of one followed by `*`. */
export const ENDPOINT_SCOPE = /^(?=.{1,63}$)(?:[a-zA-Z0-9](?:-*[a-zA-Z0-9])*|[a-zA-Z0-9][a-zA-Z0-9-]*\*|\*)$/;

const TOKEN = /^ebb_(EBBK[A-Z2-7]{16})_[\w-]{43}$/;

/** The id of the key that a bearer token says it is of; absent where it is no such token. */
export function keyIdOf(token: string): string | undefined {
  return TOKEN.exec(token)?.[1];
}

/** Raises `InvalidRequest` naming the member and its rule. */
export function checkAccessKeyRequest({ name, role, endpoints, quotas }: AccessKeyRequest): void {
  if (name.length > MAX_KEY_NAME_LENGTH || !KEY_NAME.test(name)) {
    refuse(`name must be 1 to ${MAX_KEY_NAME_LENGTH} letters, digits, spaces or any of . @ : + - _`);
  }
  if (!ROLES.includes(role)) refuse(`role must be one of ${ROLES.join(', ')}`);
  if (endpoints && (endpoints.length === 0 || endpoints.length > MAX_KEY_ENDPOINTS)) {
    refuse(`endpoints must be 1 to ${MAX_KEY_ENDPOINTS} names`);
  }
  const wrong = endpoints?.find((scope) => !ENDPOINT_SCOPE.test(scope));
  if (wrong !== undefined) refuse(`endpoints must be names of endpoints, or prefixes that end in *; '${wrong}' is not`);
  for (const [quota, value] of Object.entries(quotas ?? {})) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      refuse(`quotas.${quota} must be a whole number from 1`);
    }
  }
}

function refuse(rule: string): never {
  throw new EbbError('InvalidRequest', `${rule}.`);
}

/** On whose behalf those are served who show this key's credentials. */
export function callerOf({ id, name, role, endpoints, quotas }: AccessKey): Caller {
  return { keyId: id, name, role, ...(endpoints && { endpoints }), ...(quotas && { quotas }) };
}

/** The credentials that let somebody in at `now`, newest first. */
export function validCredentials(key: AccessKey, now: number): readonly Credential[] {
  return key.revokedAt === undefined ? key.credentials.filter((credential) => isValid(credential, now)) : [];
}

/** Whether anybody can get in with the key at `now`. */
export function isUsable(key: AccessKey, now: number): boolean {
  return validCredentials(key, now).length > 0;
}

/** What a callback is signed with at `now`. A revoked key's too: what it submitted is still told of. */
export function validWebhookSecrets(key: AccessKey, now: number): readonly WebhookSecret[] {
  return key.webhookSecrets.filter((secret) => isValid(secret, now));
}

/** The key with a new credential; the one until now is good for `graceMs` longer, and older ones for no longer. */
export function rotated(key: AccessKey, fresh: Credential, graceMs: number): AccessKey {
  return { ...key, credentials: succeeded(key.credentials, fresh, graceMs) };
}

/** The key with a new webhook secret, on the same terms. */
export function webhookSecretRotated(key: AccessKey, fresh: WebhookSecret, graceMs: number): AccessKey {
  return { ...key, webhookSecrets: succeeded(key.webhookSecrets, fresh, graceMs) };
}

/** The key as nobody gets in with any more; the first revocation counts. */
export function revoked(key: AccessKey, now: number): AccessKey {
  return key.revokedAt === undefined ? { ...key, revokedAt: now, credentials: [] } : key;
}

interface Lasting {
  readonly createdAt: number;
  readonly validUntil?: number;
}

function isValid({ validUntil }: Lasting, now: number): boolean {
  return validUntil === undefined || now < validUntil;
}

function succeeded<T extends Lasting>(before: readonly T[], fresh: T, graceMs: number): T[] {
  const current = before.find(({ validUntil }) => validUntil === undefined);
  return current && graceMs > 0 ? [fresh, { ...current, validUntil: fresh.createdAt + graceMs }] : [fresh];
}
