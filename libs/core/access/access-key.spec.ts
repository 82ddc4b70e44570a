import { describe, expect, it } from 'vitest';
import {
  type AccessKey,
  type AccessKeyRequest,
  type Credential,
  checkAccessKeyRequest,
  isUsable,
  keyIdOf,
  revoked,
  rotated,
  validCredentials,
  validWebhookSecrets,
  webhookSecretRotated,
} from './access-key.js';

const ID = 'EBBKABCDEFGH234567AB';
const GRACE_MS = 1_000;

function credential(name: string, createdAt: number): Credential {
  return { tokenHash: `${name} token`, sealedSecretKey: `${name} secret`, createdAt };
}

const KEY: AccessKey = {
  id: ID,
  name: 'ci',
  role: 'submit',
  credentials: [credential('first', 0)],
  webhookSecrets: [{ sealed: 'first', createdAt: 0 }],
  createdAt: 0,
  createdBy: 'me',
};

function names(key: AccessKey, now: number): string[] {
  return validCredentials(key, now).map(({ tokenHash }) => tokenHash.split(' ')[0]!);
}

describe('a key', () => {
  it('accepts its credential until another replaces it', () => {
    expect(names(KEY, 0)).toEqual(['first']);
    expect(names(KEY, 1e15)).toEqual(['first']);
    expect(isUsable(KEY, 0)).toBe(true);
  });

  it('that was rotated has two credentials until the grace is over, and then only the new one', () => {
    const key = rotated(KEY, credential('second', 100), GRACE_MS);
    expect(names(key, 100)).toEqual(['second', 'first']);
    expect(names(key, 1_099)).toEqual(['second', 'first']);
    expect(names(key, 1_100)).toEqual(['second']);
  });

  it('that is rotated again within the grace never has more than two credentials', () => {
    const twice = rotated(rotated(KEY, credential('second', 100), GRACE_MS), credential('third', 200), GRACE_MS);
    expect(names(twice, 200)).toEqual(['third', 'second']);
    expect(names(twice, 1_199)).toEqual(['third', 'second']);
    expect(names(twice, 1_200)).toEqual(['third']);
    expect(twice.credentials).toHaveLength(2);
  });

  it('that is rotated without grace has only the new credential', () => {
    expect(names(rotated(KEY, credential('second', 100), 0), 100)).toEqual(['second']);
  });

  it('that was revoked has no valid credential, and keeps the time of its first revocation', () => {
    const gone = revoked(rotated(KEY, credential('second', 100), GRACE_MS), 150);
    expect(names(gone, 150)).toEqual([]);
    expect(isUsable(gone, 150)).toBe(false);
    expect(revoked(gone, 900)).toBe(gone);
    expect(gone.credentials).toEqual([]);
  });

  it('signs with its old webhook secret too during a rotation, even when it is revoked', () => {
    const key = revoked(webhookSecretRotated(KEY, { sealed: 'second', createdAt: 100 }, GRACE_MS), 200);
    const sealed = (now: number): string[] => validWebhookSecrets(key, now).map((secret) => secret.sealed);
    expect(sealed(200)).toEqual(['second', 'first']);
    expect(sealed(1_100)).toEqual(['second']);
  });
});

describe('a token', () => {
  it('names its key', () => {
    expect(keyIdOf(`ebb_${ID}_${'x'.repeat(43)}`)).toBe(ID);
  });

  it.each([
    '',
    'ebb_',
    `ebb_${ID}`,
    `ebb_${ID}_${'x'.repeat(42)}`,
    `ebb_${ID}_${'x'.repeat(44)}`,
    `ebb_${ID.toLowerCase()}_${'x'.repeat(43)}`,
    `Ebb_${ID}_${'x'.repeat(43)}`,
    `ebb_anonymous_${'x'.repeat(43)}`,
    `ebb_${ID}_${'x'.repeat(42)}\n`,
  ])('is not %j', (text) => {
    expect(keyIdOf(text)).toBeUndefined();
  });
});

describe('a new key', () => {
  it.each<[string, Partial<AccessKeyRequest>]>([
    ['may have a name with spaces', { name: 'CI of team A (eu)'.replace(/[()]/g, '') }],
    ['may have an e-mail address as its name', { name: 'jo@example.com' }],
    ['may be limited to endpoints and prefixes', { endpoints: ['reader', 'team-a-*', '*'] }],
    ['may have quotas', { quotas: { queuedInvocations: 1, requestsPerMinute: 60 } }],
  ])('%s', (_, request) => {
    expect(() => checkAccessKeyRequest({ name: 'ci', role: 'submit', ...request })).not.toThrow();
  });

  it.each<[string, object, RegExp]>([
    ['needs a name', { name: '' }, /^name must be/],
    ['has a name of at most 64 characters', { name: 'x'.repeat(65) }, /^name must be/],
    ['has a name without control characters', { name: 'a\u001b[31m' }, /^name must be/],
    ['has a name that does not begin with a space', { name: ' a' }, /^name must be/],
    ['has a known role', { role: 'admin' }, /^role must be one of submit, read, operate/],
    ['is for at least one endpoint, or for all', { endpoints: [] }, /^endpoints must be 1 to 100/],
    ['is for valid endpoint names', { endpoints: ['reader', 'a_b'] }, /'a_b' is not/],
    ['has a star only at the end of a prefix', { endpoints: ['a*b'] }, /'a\*b' is not/],
    ['has quotas of at least 1', { quotas: { queuedBytes: 0 } }, /^quotas.queuedBytes must be/],
    ['has quotas that are whole numbers', { quotas: { requestsPerMinute: 1.5 } }, /^quotas.requestsPerMinute must be/],
  ])('%s', (_, wrong, rule) => {
    const request = { name: 'ci', role: 'submit', ...wrong } as AccessKeyRequest;
    expect(() => checkAccessKeyRequest(request)).toThrow(rule);
  });
});
