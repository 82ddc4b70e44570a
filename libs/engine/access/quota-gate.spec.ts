import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller, Quotas } from '../../core/access/caller.js';
import type { KeyLoad } from '../../core/ports/invocations.js';
import { QuotaGate } from './quota-gate.js';
import type { World } from '../world.js';

let load: KeyLoad;
let asked: number;
let gate: QuotaGate;

beforeEach(() => {
  load = { queued: 0, running: 0, inputBytes: 0 };
  asked = 0;
  const keyLoad = async (): Promise<KeyLoad> => {
    asked += 1;
    return load;
  };
  gate = new QuotaGate({ invocations: { keyLoad } } as unknown as Pick<World, 'invocations'>);
});

function caller(quotas?: Quotas, keyId = 'EBBKME'): Caller {
  return { keyId, name: 'me', role: 'submit', ...(quotas && { quotas }) };
}

const REFUSED = expect.objectContaining({ code: 'QuotaExceeded' });

describe('a caller without quotas', () => {
  it('is let through without a read of the ledger', async () => {
    await gate.reserve(caller(), 1e12);
    await gate.reserve({ name: 'anonymous', role: 'operate' }, 1e12);
    expect(asked).toBe(0);
  });
});

describe('a caller with quotas', () => {
  it('has invocations counted that are on their way in', async () => {
    const me = caller({ queuedInvocations: 2 });
    const reservations = await Promise.allSettled(Array.from({ length: 10 }, () => gate.reserve(me, 0)));
    expect(reservations.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('has input bytes counted that are on their way in', async () => {
    const me = caller({ queuedBytes: 100 });
    const release = await gate.reserve(me, 60);
    await expect(gate.reserve(me, 60)).rejects.toEqual(REFUSED);
    release();
    await gate.reserve(me, 60);
  });

  it('gets room back only once, even if it is released several times', async () => {
    const me = caller({ queuedInvocations: 2 });
    const release = await gate.reserve(me, 0);
    await gate.reserve(me, 0);
    release();
    release();
    await gate.reserve(me, 0);
    await expect(gate.reserve(me, 0)).rejects.toEqual(REFUSED);
  });

  it('has invocations on record counted', async () => {
    load = { queued: 1, running: 3, inputBytes: 50 };
    await expect(gate.reserve(caller({ queuedInvocations: 1 }), 0)).rejects.toEqual(REFUSED);
    await expect(gate.reserve(caller({ runningInvocations: 3 }), 0)).rejects.toEqual(REFUSED);
    await expect(gate.reserve(caller({ queuedBytes: 99 }), 50)).rejects.toEqual(REFUSED);
    await gate.reserve(caller({ queuedInvocations: 2, runningInvocations: 4, queuedBytes: 100 }), 50);
  });

  it('is not charged for the invocations of another key', async () => {
    await gate.reserve(caller({ queuedInvocations: 1 }), 0);
    await expect(gate.reserve(caller({ queuedInvocations: 1 }, 'EBBKYOU'), 0)).resolves.toBeDefined();
  });
});
