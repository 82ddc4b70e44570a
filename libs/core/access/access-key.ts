import { type Caller, type Quotas, ROLES, type Role } from './caller.js';
import { EbbError } from '../errors.js';

/** A bearer token and an AWS secret, issued together. Neither is stored in plain text. */
export interface Credential {
  /** The SHA-256 of the token. */
  readonly tokenHash: string;
  readonly sealedSecretKey: string;
  readonly createdAt: number;
  /** The time from which the credential is refused; absent until another has replaced it. */
  readonly validUntil?: number;
}

/** A secret that callbacks are signed with. */
export interface WebhookSecret {
  readonly sealed: string;
  readonly createdAt: number;
  /** The time from which the secret signs nothing; absent until another has replaced it. */
  readonly validUntil?: number;
}

/** A key that lets a caller in, with the caller's rights. */
export interface AccessKey {
  /** `EBBK` and 16 characters; also the AWS access key id. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Endpoint names, or prefixes that end in `*`; absent means all. */
  readonly endpoints?: readonly string[];
  readonly quotas?: Quotas;
  /** Newest first; two during a rotation's grace, else one. */
  readonly credentials: readonly Credential[];
  /** Newest first. */
  readonly webhookSecrets: readonly WebhookSecret[];
  readonly createdAt: number;
  /** The name of the caller that created the key. */
  readonly createdBy: string;
  /** Kept to the minute. */
  readonly lastUsedAt?: number;
  readonly revokedAt?: number;
}

/** A request to create an access key. */
export interface AccessKeyRequest {
  readonly name: string;
  readonly role: Role;
  readonly endpoints?: readonly string[];
  readonly quotas?: Quotas;
}

/** The id of the record that holds the webhook secrets of callers without a key; no caller gets in with it. */
export const ANONYMOUS_KEY_ID = 'anonymous';

/** The most usable keys at a time. */
export const MAX_ACCESS_KEYS = 1000;
/** How long revoked keys are kept, because the audit names them and their callbacks may still be under way. */
export const REVOKED_RETENTION_MS = 90 * 86_400_000;
/** How long the old credentials stay valid after a rotation, by default. */
export const DEFAULT_GRACE_SECONDS = 86_400;
export const MAX_GRACE_SECONDS = 30 * 86_400;

export const MAX_KEY_NAME_LENGTH = 64;
export const MAX_KEY_ENDPOINTS = 100;
/** The names that a key may have. */
export const KEY_NAME = /^[\w.@:+-](?:[\w .@:+-]*[\w.@:+-])?$/;
/** An endpoint's name, or the beginning of one followed by `*`. */
export const ENDPOINT_SCOPE = /^(?=.{1,63}$)(?:[a-zA-Z0-9](?:-*[a-zA-Z0-9])*|[a-zA-Z0-9][a-zA-Z0-9-]*\*|\*)$/;

const TOKEN = /^ebb_(EBBK[A-Z2-7]{16})_[\w-]{43}$/;

/** Returns the id of the key that a bearer token names; absent if the text is not such a token. */
export function keyIdOf(token: string): string | undefined {
  return TOKEN.exec(token)?.[1];
}

/** Raises `InvalidRequest` for a request that breaks a rule, naming the member and the rule. */
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

/** Returns the caller that shows this key's credentials. */
export function callerOf({ id, name, role, endpoints, quotas }: AccessKey): Caller {
  return { keyId: id, name, role, ...(endpoints && { endpoints }), ...(quotas && { quotas }) };
}

/** Returns the credentials that are valid at `now`, newest first. */
export function validCredentials(key: AccessKey, now: number): readonly Credential[] {
  return key.revokedAt === undefined ? key.credentials.filter((credential) => isValid(credential, now)) : [];
}

/** Returns whether any credential of the key is valid at `now`. */
export function isUsable(key: AccessKey, now: number): boolean {
  return validCredentials(key, now).length > 0;
}

/**
 * Returns the secrets that sign a callback at `now`. A revoked key's secrets still sign, because callbacks report the
 * invocations that it submitted.
 */
export function validWebhookSecrets(key: AccessKey, now: number): readonly WebhookSecret[] {
  return key.webhookSecrets.filter((secret) => isValid(secret, now));
}

/** Returns the key with a new credential. The one before stays valid for `graceMs`; older ones end at once. */
export function rotated(key: AccessKey, fresh: Credential, graceMs: number): AccessKey {
  return { ...key, credentials: succeeded(key.credentials, fresh, graceMs) };
}

/** Returns the key with a new webhook secret, under the same rule. */
export function webhookSecretRotated(key: AccessKey, fresh: WebhookSecret, graceMs: number): AccessKey {
  return { ...key, webhookSecrets: succeeded(key.webhookSecrets, fresh, graceMs) };
}

/** Returns the key without credentials, so that no caller gets in with it. A second revocation changes nothing. */
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
