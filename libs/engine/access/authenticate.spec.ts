import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryWorld } from '../../../test/support/memory-world.js';
import type { AccessKeyRequest } from '../../core/access/access-key.js';
import { ANONYMOUS } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import { Authenticator } from './authenticate.js';
import { type CreatedAccessKey, createAccessKey } from './create-access-key.js';
import { revokeAccessKey } from './revoke-access-key.js';
import { rotateAccessKey } from './rotate-access-key.js';

let parts: MemoryWorld;
let authenticator: Authenticator;
let reads: number;

beforeEach(() => {
  parts = memoryWorld();
  authenticator = new Authenticator(parts.world, 'keys', { accessKeyId: 'OWN', secretAccessKey: 'own secret' });
  reads = 0;
  const { accessKeys } = parts.catalog;
  const all = accessKeys.all.bind(accessKeys);
  accessKeys.all = (signal) => {
    reads += 1;
    return all(signal);
  };
});

function create(request: Partial<AccessKeyRequest> = {}): Promise<CreatedAccessKey> {
  return createAccessKey(parts.world, { name: 'ci', role: 'submit', ...request }, 'me');
}

const REFUSED = expect.objectContaining({ code: 'Unauthenticated' });

describe('a caller without credentials', () => {
  it('is anonymous in open mode', () => {
    expect(new Authenticator(parts.world, 'open').anonymous()).toBe(ANONYMOUS);
  });

  it('is refused when a key is required', () => {
    expect(() => authenticator.anonymous()).toThrow(REFUSED);
  });
});

describe('a bearer token', () => {
  it('identifies the caller', async () => {
    const quotas = { requestsPerMinute: 60 };
    const { key, credential } = await create({ endpoints: ['reader'], quotas });
    expect(await authenticator.bearer(credential.token)).toEqual({
      keyId: key.id,
      name: 'ci',
      role: 'submit',
      endpoints: ['reader'],
      quotas,
    });
  });

  it('that is wrong is refused, in open mode too, and is not quoted in the error', async () => {
    const { credential } = await create();
    const { credential: another } = await create();
    const wrong = credential.token.slice(0, -1) + (credential.token.endsWith('A') ? 'B' : 'A');
    const mixed = credential.token.slice(0, 25) + another.token.slice(25);
    for (const mode of ['open', 'keys'] as const) {
      const asked = new Authenticator(parts.world, mode);
      for (const token of ['x-y-z', wrong, mixed, credential.secretAccessKey]) {
        const refusal = await asked.bearer(token).catch((error: unknown) => error);
        expect(refusal).toEqual(REFUSED);
        expect(JSON.stringify(refusal) + String(refusal)).not.toContain(token);
      }
    }
  });

  it('is refused once its key is revoked', async () => {
    const { key, credential } = await create();
    await authenticator.bearer(credential.token);
    await revokeAccessKey(parts.world, key.id);
    await expect(authenticator.bearer(credential.token)).rejects.toEqual(REFUSED);
  });

  it('that was replaced is valid until the grace is over, to the millisecond', async () => {
    const { key, credential } = await create();
    const { credential: fresh } = await rotateAccessKey(parts.world, key.id, 60);
    await parts.clock.advance(59_999);
    expect(await authenticator.bearer(credential.token)).toMatchObject({ keyId: key.id });
    await parts.clock.advance(1);
    await expect(authenticator.bearer(credential.token)).rejects.toEqual(REFUSED);
    expect(await authenticator.bearer(fresh.token)).toMatchObject({ keyId: key.id });
  });
});

describe('secrets for signatures', () => {
  it('are the secrets that are valid now, newest first', async () => {
    const { key, credential } = await create();
    const { credential: fresh } = await rotateAccessKey(parts.world, key.id, 60);
    expect(await authenticator.secretsOf(key.id)).toEqual({
      caller: { keyId: key.id, name: 'ci', role: 'submit' },
      secrets: [fresh.secretAccessKey, credential.secretAccessKey],
    });
    await parts.clock.advance(60_000);
    expect((await authenticator.secretsOf(key.id))?.secrets).toEqual([fresh.secretAccessKey]);
  });

  it('are absent for keys that let nobody in', async () => {
    const { key } = await create();
    await revokeAccessKey(parts.world, key.id);
    for (const id of [key.id, '', 'anonymous', 'AKIATEST']) {
      expect(await authenticator.secretsOf(id)).toBeUndefined();
    }
  });

  it("are available for Ebb's own calls", async () => {
    expect(await authenticator.secretsOf('OWN')).toMatchObject({
      caller: { name: 'Ebb', role: 'operate' },
      secrets: ['own secret'],
    });
  });
});

describe('recognising callers', () => {
  it('reads the catalog once for many requests, and again when something has changed', async () => {
    const { key, credential } = await create();
    reads = 0;
    await Promise.all(Array.from({ length: 100 }, () => authenticator.bearer(credential.token)));
    await Promise.all(Array.from({ length: 100 }, (_, n) => authenticator.secretsOf(`AKIA${n}`)));
    expect(reads).toBe(1);
    await rotateAccessKey(parts.world, key.id);
    await Promise.all(Array.from({ length: 100 }, () => authenticator.bearer(credential.token)));
    expect(reads).toBe(2);
  });

  it('notices within seconds a change that another process made', async () => {
    const { key, credential } = await create();
    await authenticator.bearer(credential.token);
    await parts.catalog.accessKeys.delete(key.id);
    await parts.clock.advance(5_000);
    await expect(authenticator.bearer(credential.token)).rejects.toEqual(REFUSED);
  });

  it('does not use a read that began before a change as the result of the change', async () => {
    const { key, credential } = await create();
    const { accessKeys } = parts.catalog;
    const all = accessKeys.all.bind(accessKeys);
    accessKeys.all = async (signal) => {
      const keys = await all(signal);
      accessKeys.all = all;
      await revokeAccessKey(parts.world, key.id);
      return keys;
    };
    await expect(authenticator.bearer(credential.token)).rejects.toEqual(REFUSED);
  });

  it('continues when the catalog comes back', async () => {
    const { credential } = await create();
    const { accessKeys } = parts.catalog;
    const all = accessKeys.all.bind(accessKeys);
    accessKeys.all = () => Promise.reject(new EbbError('Unavailable', 'gone'));
    await expect(authenticator.bearer(credential.token)).rejects.toMatchObject({ code: 'Unavailable' });
    accessKeys.all = all;
    expect(await authenticator.bearer(credential.token)).toMatchObject({ name: 'ci' });
  });

  it('records the use of a key, once a minute', async () => {
    const { key, credential } = await create();
    const lastUsedAt = async (): Promise<number | undefined> =>
      (await parts.catalog.accessKeys.get(key.id))?.lastUsedAt;
    const start = parts.clock.now();
    expect(await lastUsedAt()).toBeUndefined();
    await authenticator.bearer(credential.token);
    expect(await lastUsedAt()).toBe(start);
    await parts.clock.advance(59_999);
    await authenticator.bearer(credential.token);
    expect(await lastUsedAt()).toBe(start);
    await parts.clock.advance(1);
    await authenticator.bearer(credential.token);
    expect(await lastUsedAt()).toBe(start + 60_000);
  });

  it('lets callers in when the use cannot be recorded', async () => {
    const { credential } = await create();
    parts.catalog.accessKeys.update = () => Promise.reject(new EbbError('StorageFull', 'full'));
    expect(await authenticator.bearer(credential.token)).toMatchObject({ name: 'ci' });
  });
});

describe('an operator of all of Ebb', () => {
  it.each<[Partial<AccessKeyRequest>, boolean]>([
    [{ role: 'submit' }, false],
    [{ role: 'read' }, false],
    [{ role: 'operate', endpoints: ['*'] }, false],
    [{ role: 'operate' }, true],
  ])('exists with a key of %j: %s', async (request, is) => {
    const { key } = await create(request);
    expect(await authenticator.hasOperator()).toBe(is);
    await revokeAccessKey(parts.world, key.id);
    expect(await authenticator.hasOperator()).toBe(false);
  });
});
