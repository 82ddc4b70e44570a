import { describe, expect, test } from 'vitest';
import { MAX_PAST_ATTEMPTS } from '../../libs/core/invocation/attempt.js';
import { HEAD_START_MS } from '../../libs/core/invocation/submission.js';
import { COMPLETED, LEASED_UNTIL, NOW, sampleDelivery, sampleId, sampleRequest } from './ledger-samples.js';
import { idsOf, tokenOf, type LedgerScene } from './ledger-scene.js';

/** The ledger as the queue: lease, renew, release and reclaim, with their fencing tokens. */
export function ledgerQueueContract(scene: LedgerScene): void {
  const { accept, lease, leaseOne, leaseExpired } = scene;
  const stateOf = async (number: number) => (await scene.invocations.find(sampleId(number)))?.state;

  describe('lease', () => {
    test('leases the invocation to the worker, with its times and the first token', async () => {
      await accept(1);
      const leased = await leaseOne({ now: NOW + 7 });
      expect(leased).toEqual({
        ...sampleRequest(1),
        state: 'Running',
        attempt: 1,
        brokenAttempts: 0,
        workerId: 'worker-1',
        startedAt: NOW + 7,
        leasedUntil: LEASED_UNTIL,
      });
      expect(await scene.invocations.find(sampleId(1))).toEqual(leased);
    });

    test('leases at most as many as requested, and none twice', async () => {
      await accept(1, 2, 3);
      const first = await lease(2);
      const second = await lease(5);
      expect(first).toHaveLength(2);
      expect(idsOf([...first, ...second]).sort()).toEqual([1, 2, 3].map(sampleId));
    });

    test.runIf(scene.strictOrder)('leases the oldest first, in the order of acceptance', async () => {
      await accept(1, 2, 3, 4);
      expect(idsOf(await lease(2))).toEqual([1, 2].map(sampleId));
      expect(idsOf(await lease(2))).toEqual([3, 4].map(sampleId));
    });

    test.runIf(scene.strictOrder)(
      'leases a high priority before a low one, but not before an invocation that has waited long',
      async () => {
        const accepted = [
          sampleRequest(1, { priority: 'low' }),
          sampleRequest(2),
          sampleRequest(3, { priority: 'high' }),
          sampleRequest(4, { priority: 'high', acceptedAt: NOW + 2 * HEAD_START_MS.high + 4 }),
        ];
        for (const request of accepted) await scene.ledger.accept(request);
        expect(idsOf(await lease(4))).toEqual([3, 2, 1, 4].map(sampleId));
      },
    );

    test('records where each attempt runs', async () => {
      await accept(1, 2);
      const slots = ['i-1', 'i-2'].map((instanceId) => ({ instanceId, variantName: 'main', instanceReadyAt: NOW - 5 }));
      const leased = await lease(2, { slots });
      expect(leased.map(({ instanceId }) => instanceId)).toEqual(['i-1', 'i-2']);
      for (const invocation of leased) expect(await scene.invocations.find(invocation.id)).toEqual(invocation);
    });

    test('leases nothing of another endpoint, and nothing if nothing is queued', async () => {
      await scene.ledger.accept(sampleRequest(1, { endpointName: 'other' }));
      expect(await lease(1)).toEqual([]);
      expect(idsOf(await lease(1, { endpointName: 'other' }))).toEqual([sampleId(1)]);
      expect(await lease(1, { endpointName: 'other' })).toEqual([]);
    });

    test('never leases one invocation to two workers at once', async () => {
      await accept(...Array.from({ length: 40 }, (_, index) => index));
      const workers = Array.from({ length: 8 }, (_, index) => `worker-${index}`);
      const taken = await Promise.all(workers.map((workerId) => lease(5, { workerId })));
      expect(idsOf(taken.flat()).sort()).toEqual(Array.from({ length: 40 }, (_, index) => sampleId(index)));
    });
  });

  describe('renew', () => {
    test('prolongs the leases that still hold, and returns only these', async () => {
      await accept(1, 2, 3);
      const leased = await lease(3);
      const [held, released, settled] = leased.map(tokenOf);
      await scene.ledger.release(released!, false);
      await scene.ledger.settle(settled!, COMPLETED, []);
      const older = { ...held!, attempt: held!.attempt - 1 };
      const unknown = { invocationId: sampleId(9), attempt: 1 };
      expect(await scene.ledger.renew([held!, released!, settled!, older, unknown], LEASED_UNTIL + 10_000)).toEqual([
        held,
      ]);
      expect(await scene.invocations.find(held!.invocationId)).toMatchObject({ leasedUntil: LEASED_UNTIL + 10_000 });
    });

    test('keeps an invocation from being reclaimed at the old expiry', async () => {
      await accept(1);
      const lease1 = tokenOf(await leaseOne());
      await scene.ledger.renew([lease1], LEASED_UNTIL + 10_000);
      expect(await scene.ledger.reclaim(LEASED_UNTIL)).toEqual([]);
      expect(await scene.ledger.reclaim(LEASED_UNTIL + 10_000)).toEqual(['ocr']);
    });

    test('returns none for no leases', async () => {
      expect(await scene.ledger.renew([], LEASED_UNTIL)).toEqual([]);
    });
  });

  describe('release', () => {
    test.runIf(scene.strictOrder)('returns an invocation to its old place in the queue', async () => {
      await accept(1, 2, 3);
      const [first] = await lease(2);
      expect(await scene.ledger.release(tokenOf(first!), false)).toBe(true);
      expect(idsOf(await lease(3))).toEqual([1, 3].map(sampleId));
    });

    test('ends the lease: the next lease has a higher token, and the old token changes nothing', async () => {
      await accept(1);
      const old = tokenOf(await leaseOne());
      await scene.ledger.release(old, false);
      expect(await scene.invocations.find(sampleId(1))).not.toHaveProperty('workerId');
      const next = await leaseOne({ workerId: 'worker-2' });
      expect(next.attempt).toBeGreaterThan(old.attempt);
      expect(await scene.ledger.release(old, true)).toBe(false);
      expect(await scene.ledger.settle(old, COMPLETED, [sampleDelivery('d')])).toBe(false);
      expect(await scene.ledger.renew([old], LEASED_UNTIL + 1)).toEqual([]);
      expect(await scene.invocations.find(sampleId(1))).toEqual(next);
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });

    test('records the attempt, if it ran on an instance', async () => {
      await accept(1);
      const slots = [{ instanceId: 'i-1', variantName: 'main', instanceReadyAt: NOW - 5 }];
      const ended = { endedAt: NOW + 9, kind: 'instance-broke', reason: 'it died' } as const;
      await scene.ledger.release(tokenOf(await leaseOne({ slots })), true, ended);
      await scene.ledger.release(tokenOf(await leaseOne()), true, ended);
      expect(await scene.invocations.find(sampleId(1))).not.toHaveProperty('instanceId');
      expect((await scene.invocations.find(sampleId(1)))?.pastAttempts).toEqual([
        { number: 1, ...slots[0], startedAt: NOW, ...ended },
      ]);
    });

    test(`keeps the last ${MAX_PAST_ATTEMPTS} attempts`, async () => {
      await accept(1);
      const slots = [{ instanceId: 'i-1', variantName: 'main' }];
      for (let number = 1; number <= MAX_PAST_ATTEMPTS + 2; number++) {
        const ended = { endedAt: NOW, kind: 'worker-stopped' } as const;
        await scene.ledger.release(tokenOf(await leaseOne({ slots })), false, ended);
      }
      const numbers = (await scene.invocations.find(sampleId(1)))?.pastAttempts?.map(({ number }) => number);
      expect(numbers).toEqual(Array.from({ length: MAX_PAST_ATTEMPTS }, (_, index) => index + 3));
    });

    test('counts broken attempts only', async () => {
      await accept(1);
      for (const broken of [true, false, true]) await scene.ledger.release(tokenOf(await leaseOne()), broken);
      expect(await scene.invocations.find(sampleId(1))).toMatchObject({
        state: 'Queued',
        attempt: 3,
        brokenAttempts: 2,
      });
    });

    test('returns false for an invocation that is not leased', async () => {
      await accept(1);
      expect(await scene.ledger.release({ invocationId: sampleId(1), attempt: 0 }, false)).toBe(false);
      expect(await scene.ledger.release({ invocationId: sampleId(2), attempt: 1 }, false)).toBe(false);
    });
  });

  describe('reclaim', () => {
    test('requeues expired leases without counting an attempt, and names each endpoint once', async () => {
      await accept(1, 2);
      await scene.ledger.accept(sampleRequest(3, { endpointName: 'other' }));
      await lease(2);
      await lease(1, { endpointName: 'other', leasedUntil: LEASED_UNTIL + 1 });
      expect(await scene.ledger.reclaim(LEASED_UNTIL - 1)).toEqual([]);
      expect(await scene.ledger.reclaim(LEASED_UNTIL)).toEqual(['ocr']);
      expect(await scene.invocations.find(sampleId(1))).toMatchObject({
        state: 'Queued',
        attempt: 1,
        brokenAttempts: 0,
      });
      expect(await stateOf(3)).toBe('Running');
    });

    test('records the lost attempt', async () => {
      await accept(1);
      await leaseOne({ slots: [{ instanceId: 'i-1', variantName: 'main' }] });
      await scene.ledger.reclaim(LEASED_UNTIL);
      const [attempt] = (await scene.invocations.find(sampleId(1)))?.pastAttempts ?? [];
      expect(attempt).toMatchObject({ number: 1, instanceId: 'i-1', endedAt: LEASED_UNTIL, kind: 'lost' });
    });

    test('fences off a worker that returns too late', async () => {
      await accept(1);
      const zombie = tokenOf(await leaseOne());
      await scene.ledger.reclaim(LEASED_UNTIL);
      const current = await leaseOne({ workerId: 'worker-2', leasedUntil: LEASED_UNTIL + 60_000 });
      expect(await scene.ledger.settle(zombie, COMPLETED, [])).toBe(false);
      expect(await scene.ledger.settle(tokenOf(current), COMPLETED, [])).toBe(true);
    });

    test('requeues the leases that a worker held before its restart, and not the leases of others', async () => {
      await accept(1, 2);
      const mine = await leaseOne({ workerId: 'worker-1' });
      const others = await leaseOne({ workerId: 'worker-2' });
      expect(await scene.ledger.reclaim(NOW, 'worker-1')).toEqual(['ocr']);
      expect(await scene.invocations.find(mine.id)).toMatchObject({ state: 'Queued', brokenAttempts: 0 });
      expect(await scene.invocations.find(others.id)).toEqual(others);
    });
  });

  describe('leaseExpired', () => {
    test('leases only queued invocations whose time to live is over, of any endpoint', async () => {
      await scene.ledger.accept(sampleRequest(1, { expiresAt: NOW + 100 }));
      await scene.ledger.accept(sampleRequest(2, { expiresAt: NOW + 101 }));
      await scene.ledger.accept(sampleRequest(3, { expiresAt: NOW + 100, endpointName: 'other' }));
      const expired = await leaseExpired(10, NOW + 100);
      expect(idsOf(expired).sort()).toEqual([1, 3].map(sampleId));
      expect(expired[0]).toMatchObject({ state: 'Running', attempt: 1, workerId: 'sweeper' });
      expect(await leaseExpired(10, NOW + 100)).toEqual([]);
      expect(idsOf(await lease(2))).toEqual([sampleId(2)]);
    });

    test('leases them like any other, but does not count them as started', async () => {
      await scene.ledger.accept(sampleRequest(1, { expiresAt: NOW + 100 }));
      const [expired] = await leaseExpired(1, NOW + 200);
      expect(expired).not.toHaveProperty('startedAt');
      expect(await scene.ledger.settle(tokenOf(expired!), { state: 'Expired', settledAt: NOW + 200 }, [])).toBe(true);
    });

    test('leases at most as many as requested, and none that run', async () => {
      for (const number of [1, 2, 3]) await scene.ledger.accept(sampleRequest(number, { expiresAt: NOW + 100 }));
      await leaseOne();
      expect(await leaseExpired(1, NOW + 100)).toHaveLength(1);
      expect(await leaseExpired(5, NOW + 100)).toHaveLength(1);
    });
  });

  test.runIf(scene.strictOrder)('calls made at once take effect in the order of the calls', async () => {
    const [, leased, , again] = await Promise.all([
      scene.ledger.accept(sampleRequest(1)),
      scene.ledger.lease({ endpointName: 'ocr', workerId: 'w', count: 1, now: NOW, leasedUntil: LEASED_UNTIL }),
      scene.ledger.release({ invocationId: sampleId(1), attempt: 1 }, false),
      scene.ledger.lease({ endpointName: 'ocr', workerId: 'w', count: 1, now: NOW, leasedUntil: LEASED_UNTIL }),
    ]);
    expect([leased[0]?.attempt, again[0]?.attempt]).toEqual([1, 2]);
  });
}
