import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryWorld } from '../../../test/support/memory-world.js';
import { MAX_ACCESS_KEYS, REVOKED_RETENTION_MS, keyIdOf } from '../../core/access/access-key.js';
import { createAccessKey } from './create-access-key.js';
import { revokeAccessKey } from './revoke-access-key.js';
import { rotateAccessKey } from './rotate-access-key.js';
import { rotateWebhookSecret, webhookSecretsOf } from './webhook-secrets.js';

let parts: MemoryWorld;
let signals: string[];

beforeEach(() => {
  parts = memoryWorld();
  signals = [];
  parts.signals.subscribe(({ kind }) => signals.push(kind));
});

const create = (name = 'ci') => createAccessKey(parts.world, { name, role: 'submit' }, 'me');

describe('a new key', () => {
  it('has an id, a token and secrets in the forms that clients know', async () => {
    const { key, credential, webhookSecret } = await create();
    expect(key.id).toMatch(/^EBBK[A-Z2-7]{16}$/);
    expect(credential.token).toMatch(/^ebb_EBBK[A-Z2-7]{16}_[\w-]{43}$/);
    expect(keyIdOf(credential.token)).toBe(key.id);
    expect(credential.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(webhookSecret).toMatch(/^whsec_[A-Za-z0-9+/]{44}$/);
    expect(Buffer.from(webhookSecret.slice(6), 'base64')).toHaveLength(33);
  });

  it('is on record without its secrets in plain text', async () => {
    const { key, credential, webhookSecret } = await create();
    const record = await parts.catalog.accessKeys.get(key.id);
    expect(record).toEqual(key);
    expect(key).toMatchObject({ name: 'ci', role: 'submit', createdBy: 'me', createdAt: parts.clock.now() });
    for (const secret of [credential.token, credential.token.slice(-43), credential.secretAccessKey, webhookSecret]) {
      expect(JSON.stringify(record)).not.toContain(secret);
    }
    expect(signals).toEqual(['access-keys']);
  });

  it('is refused if its request breaks a rule', async () => {
    await expect(create('')).rejects.toMatchObject({ code: 'InvalidRequest' });
    expect(await parts.catalog.accessKeys.all()).toEqual([]);
  });

  it('is refused at the limit of keys, which does not count revoked keys and the record of callers without a key', async () => {
    const keys = await Promise.all(Array.from({ length: MAX_ACCESS_KEYS }, () => create()));
    await webhookSecretsOf(parts.world);
    await expect(create()).rejects.toMatchObject({ code: 'LimitExceeded' });
    await revokeAccessKey(parts.world, keys[0]!.key.id);
    await create('another');
  });

  it('has keys deleted that were revoked long ago', async () => {
    const { key: old } = await create();
    await revokeAccessKey(parts.world, old.id);
    await parts.clock.advance(REVOKED_RETENTION_MS);
    await create();
    expect(await parts.catalog.accessKeys.get(old.id)).toBeDefined();
    await parts.clock.advance(1);
    await create();
    expect(await parts.catalog.accessKeys.get(old.id)).toBeUndefined();
  });
});

describe('a rotation', () => {
  it('changes the secrets and nothing else', async () => {
    const { key, credential } = await create();
    const rotation = await rotateAccessKey(parts.world, key.id, 60);
    expect(rotation.credential.token).not.toBe(credential.token);
    expect(rotation.credential.secretAccessKey).not.toBe(credential.secretAccessKey);
    expect({ ...rotation.key, credentials: [] }).toEqual({ ...key, credentials: [] });
    expect(rotation.key.credentials.map(({ validUntil }) => validUntil)).toEqual([
      undefined,
      parts.clock.now() + 60_000,
    ]);
  });

  it('has a grace of one day by default', async () => {
    const { key } = await create();
    const rotation = await rotateAccessKey(parts.world, key.id);
    expect(rotation.key.credentials[1]?.validUntil).toBe(parts.clock.now() + 86_400_000);
  });

  it.each([-1, 1.5, 2_592_001, Number.NaN])('refuses a grace of %d seconds', async (graceSeconds) => {
    const { key } = await create();
    await expect(rotateAccessKey(parts.world, key.id, graceSeconds)).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(rotateWebhookSecret(parts.world, key.id, graceSeconds)).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
  });

  it('is refused for keys that are revoked, that do not exist, or that let nobody in', async () => {
    const { key } = await create();
    await revokeAccessKey(parts.world, key.id);
    await webhookSecretsOf(parts.world);
    for (const id of [key.id, 'EBBKNONE', 'anonymous']) {
      await expect(rotateAccessKey(parts.world, id)).rejects.toMatchObject({ code: 'AccessKeyNotFound' });
    }
    await expect(rotateWebhookSecret(parts.world, key.id)).rejects.toMatchObject({ code: 'AccessKeyNotFound' });
  });
});

describe('a revocation', () => {
  it('is permanent, and can be repeated', async () => {
    const { key } = await create();
    const first = await revokeAccessKey(parts.world, key.id);
    expect(first).toMatchObject({ revokedAt: parts.clock.now(), credentials: [] });
    await parts.clock.advance(5_000);
    expect(await revokeAccessKey(parts.world, key.id)).toEqual(first);
  });

  it('is refused for keys that do not exist, or that let nobody in', async () => {
    await webhookSecretsOf(parts.world);
    for (const id of ['EBBKNONE', 'anonymous']) {
      await expect(revokeAccessKey(parts.world, id)).rejects.toMatchObject({ code: 'AccessKeyNotFound' });
    }
  });
});

describe('webhook secrets', () => {
  it('are two while a rotation lasts, newest first', async () => {
    const { key, webhookSecret } = await create();
    const rotation = await rotateWebhookSecret(parts.world, key.id, 60);
    expect(await webhookSecretsOf(parts.world, key.id)).toEqual([rotation.webhookSecret, webhookSecret]);
    await parts.clock.advance(60_000);
    expect(await webhookSecretsOf(parts.world, key.id)).toEqual([rotation.webhookSecret]);
  });

  it('of a revoked key still sign the callbacks of its invocations', async () => {
    const { key, webhookSecret } = await create();
    await revokeAccessKey(parts.world, key.id);
    expect(await webhookSecretsOf(parts.world, key.id)).toEqual([webhookSecret]);
  });

  it('of callers without a key are created once, when they are first needed', async () => {
    const found = await Promise.all([webhookSecretsOf(parts.world), webhookSecretsOf(parts.world)]);
    expect(found[0]).toHaveLength(1);
    expect(found[1]).toEqual(found[0]);
    const rotation = await rotateWebhookSecret(parts.world, 'anonymous', 0);
    expect(await webhookSecretsOf(parts.world)).toEqual([rotation.webhookSecret]);
  });

  it('are refused for keys that do not exist', async () => {
    await expect(webhookSecretsOf(parts.world, 'EBBKNONE')).rejects.toMatchObject({ code: 'AccessKeyNotFound' });
  });
});
