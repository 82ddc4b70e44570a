import { beforeEach, describe, expect, test } from 'vitest';
import type { Backlog } from '../../libs/core/invocation/backlog.js';
import type { Invocation, InvocationRequest } from '../../libs/core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS } from '../../libs/core/invocation/submission.js';
import type { Settlement } from '../../libs/core/ports/ledger.js';
import {
  bareRequest,
  COMPLETED,
  LEASED_UNTIL,
  NOW,
  sampleDelivery,
  sampleId,
  sampleRequest,
} from './ledger-samples.js';
import { idsOf, tokenOf, type LedgerScene } from './ledger-scene.js';

/** The ledger as the durable record: accept, settle, cancel, list and count. */
export function ledgerRecordContract(scene: LedgerScene): void {
  const { accept, lease, leaseOne, leaseExpired } = scene;

  describe('accept', () => {
    test.each([
      ['everything', sampleRequest(1, { idempotencyKey: 'key' })],
      ['only what is required', bareRequest(1)],
    ])('records a request with %s as queued', async (_what, request) => {
      const expected = { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 };
      expect(await scene.ledger.accept(request)).toEqual({ invocation: expected, repeated: false });
      expect(await scene.invocations.find(request.id)).toEqual(expected);
    });

    test('refuses an id that is taken, and leaves the first invocation unchanged', async () => {
      await accept(1, 2);
      await expect(scene.ledger.accept(sampleRequest(1, { endpointName: 'other' }))).rejects.toMatchObject({
        code: 'AlreadyExists',
      });
      expect(await scene.invocations.find(sampleId(1))).toMatchObject({ endpointName: 'ocr' });
      expect(await scene.invocations.backlog('ocr')).toMatchObject({ queued: 2 });
    });

    test('allows the same inference id again', async () => {
      await scene.ledger.accept(sampleRequest(1, { inferenceId: 'mine' }));
      expect((await scene.ledger.accept(sampleRequest(2, { inferenceId: 'mine' }))).repeated).toBe(false);
    });

    test('returns the first invocation for an idempotency key that its endpoint has seen, and records nothing', async () => {
      await scene.ledger.accept(sampleRequest(1, { idempotencyKey: 'key' }));
      const again = await scene.ledger.accept(sampleRequest(2, { idempotencyKey: 'key' }));
      expect(again).toEqual({ invocation: await scene.invocations.find(sampleId(1)), repeated: true });
      expect(await scene.invocations.find(sampleId(2))).toBeUndefined();
      expect(await scene.invocations.backlog('ocr')).toMatchObject({ queued: 1 });
    });

    test('returns the first invocation for its key also when it has settled', async () => {
      await scene.ledger.accept(sampleRequest(1, { idempotencyKey: 'key' }));
      await scene.ledger.settle(tokenOf(await leaseOne()), COMPLETED, []);
      const again = await scene.ledger.accept(sampleRequest(2, { idempotencyKey: 'key' }));
      expect(again).toMatchObject({ invocation: { id: sampleId(1), state: 'Completed' }, repeated: true });
    });

    test('forgets an idempotency key when its window is over', async () => {
      await scene.ledger.accept(sampleRequest(1, { idempotencyKey: 'key', acceptedAt: NOW }));
      const within = sampleRequest(2, { idempotencyKey: 'key', acceptedAt: NOW + IDEMPOTENCY_WINDOW_MS - 1 });
      expect((await scene.ledger.accept(within)).repeated).toBe(true);
      const after = sampleRequest(3, { idempotencyKey: 'key', acceptedAt: NOW + IDEMPOTENCY_WINDOW_MS });
      expect((await scene.ledger.accept(after)).repeated).toBe(false);
      const key = (now: number) => scene.invocations.findByKey('ocr', 'key', now);
      expect(await key(NOW + 2 * IDEMPOTENCY_WINDOW_MS - 1)).toMatchObject({ id: sampleId(3) });
      expect(await key(NOW + 2 * IDEMPOTENCY_WINDOW_MS)).toBeUndefined();
      expect(await scene.invocations.findByKey('other', 'key', NOW)).toBeUndefined();
      const again = await scene.ledger.accept({ ...after, id: sampleId(4) });
      expect(again).toMatchObject({ repeated: true, invocation: { id: sampleId(3) } });
    });

    test('treats one key on two endpoints as two keys', async () => {
      await scene.ledger.accept(sampleRequest(1, { idempotencyKey: 'key' }));
      const other = await scene.ledger.accept(sampleRequest(2, { idempotencyKey: 'key', endpointName: 'other' }));
      expect(other.repeated).toBe(false);
    });

    test('records one invocation for many simultaneous requests with one key', async () => {
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      const accepted = await Promise.all(
        numbers.map((number) => scene.ledger.accept(sampleRequest(number, { idempotencyKey: 'key' }))),
      );
      expect(new Set(accepted.map(({ invocation }) => invocation.id)).size).toBe(1);
      expect(accepted.filter(({ repeated }) => !repeated)).toHaveLength(1);
      expect(await scene.invocations.backlog('ocr')).toMatchObject({ queued: 1 });
    });

    test('records each of many simultaneous requests', async () => {
      const numbers = Array.from({ length: 600 }, (_, index) => index);
      await Promise.all(numbers.map((number) => scene.ledger.accept(sampleRequest(number))));
      expect(await scene.invocations.backlog('ocr')).toMatchObject({ queued: 600 });
      expect(idsOf(await scene.invocations.list({ limit: 1_000 }))).toEqual(numbers.map(sampleId).reverse());
    });

    test('does nothing if its signal is already aborted', async () => {
      await expect(scene.ledger.accept(sampleRequest(1), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
      expect(await scene.invocations.find(sampleId(1))).toBeUndefined();
    });
  });

  describe('accept of a redriven invocation', () => {
    test.each(['Failed', 'Expired', 'Cancelled'] as const)(
      'records a new invocation for one that is %s',
      async (state) => {
        await accept(1);
        await scene.ledger.settle(tokenOf(await leaseOne()), { state, settledAt: NOW }, []);
        expect((await scene.ledger.accept(redriveRequest(2))).repeated).toBe(false);
        expect(await scene.invocations.find(sampleId(1))).toMatchObject({ state, redrivenAs: sampleId(2) });
        expect(await scene.invocations.find(sampleId(2))).toMatchObject({ state: 'Queued', redriveOf: sampleId(1) });
      },
    );

    test('happens once: later requests get the invocation that runs it again', async () => {
      await accept(1);
      await scene.ledger.cancel(sampleId(1), { settledAt: NOW }, []);
      const accepted = await Promise.all([2, 3, 4].map((number) => scene.ledger.accept(redriveRequest(number))));
      expect(new Set(accepted.map(({ invocation }) => invocation.id)).size).toBe(1);
      expect(accepted.filter(({ repeated }) => !repeated)).toHaveLength(1);
      expect(await scene.invocations.backlog('ocr')).toMatchObject({ queued: 1 });
    });

    test('is refused for invocations in other states, and for unknown ones', async () => {
      await expect(scene.ledger.accept(redriveRequest(2))).rejects.toMatchObject({ code: 'InvocationNotFound' });
      await accept(1);
      await expect(scene.ledger.accept(redriveRequest(2))).rejects.toMatchObject({ code: 'InvocationNotSettled' });
      await scene.ledger.settle(tokenOf(await leaseOne()), COMPLETED, []);
      await expect(scene.ledger.accept(redriveRequest(2))).rejects.toMatchObject({ code: 'InvocationNotSettled' });
      expect(await scene.invocations.find(sampleId(2))).toBeUndefined();
      expect(await scene.invocations.find(sampleId(1))).not.toHaveProperty('redrivenAs');
    });
  });

  describe('settle', () => {
    const outcomes: Settlement[] = [
      COMPLETED,
      { state: 'Completed', settledAt: NOW + 1 },
      { state: 'Failed', settledAt: NOW + 2, failureReason: 'ClientError: "é"' },
      { state: 'Expired', settledAt: NOW + 3, failureReason: 'late' },
      { state: 'Cancelled', settledAt: NOW + 4 },
    ];
    test.each(outcomes)('records $state durably', async (settlement) => {
      await accept(1);
      const { workerId: _workerId, leasedUntil: _leasedUntil, ...running } = await leaseOne();
      expect(await scene.ledger.settle(tokenOf(running), settlement, [])).toBe(true);
      expect(await scene.invocations.find(sampleId(1))).toEqual({ ...running, ...settlement });
      expect(await scene.ledger.settle(tokenOf(running), { state: 'Failed', settledAt: NOW + 9 }, [])).toBe(false);
      expect(await scene.ledger.release(tokenOf(running), false)).toBe(false);
      expect(await scene.ledger.reclaim(LEASED_UNTIL + 1, 'worker-1')).toEqual([]);
      expect(await scene.invocations.find(sampleId(1))).toEqual({ ...running, ...settlement });
    });

    test('records its deliveries, due at once', async () => {
      await accept(1);
      const deliveries = [sampleDelivery('a', { invocationId: sampleId(1) }), sampleDelivery('b')];
      await scene.ledger.settle(tokenOf(await leaseOne()), COMPLETED, deliveries);
      const due = await scene.outbox.take(10, NOW, NOW + 30_000);
      expect(due).toEqual(deliveries.map((delivery) => ({ delivery, failures: 0 })));
    });

    test('records the attempt', async () => {
      await accept(1);
      const ended = { endedAt: NOW + 4, kind: 'model-error', status: 500 } as const;
      const token = tokenOf(await leaseOne({ slots: [{ instanceId: 'i-1', variantName: 'main' }] }));
      const failure = { state: 'Failed', settledAt: NOW + 5, failureKind: 'model-error' } as const;
      await scene.ledger.settle(token, { ...failure, ended }, []);
      const settled = await scene.invocations.find(sampleId(1));
      expect(settled).toMatchObject(failure);
      expect(settled).not.toHaveProperty('ended');
      expect(settled).not.toHaveProperty('instanceId');
      expect(settled?.pastAttempts).toEqual([
        { number: 1, instanceId: 'i-1', variantName: 'main', startedAt: NOW, ...ended },
      ]);
    });

    test('happens once if two workers try at once', async () => {
      await accept(1);
      const token = tokenOf(await leaseOne());
      const tries = ['a', 'b'].map((id) => scene.ledger.settle(token, COMPLETED, [sampleDelivery(id)]));
      expect((await Promise.all(tries)).sort()).toEqual([false, true]);
      expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
    });

    test('is allowed under an expired lease that has not been reclaimed', async () => {
      await accept(1);
      const token = tokenOf(await leaseOne());
      expect(await scene.ledger.settle(token, { ...COMPLETED, settledAt: LEASED_UNTIL + 1 }, [])).toBe(true);
    });
  });

  describe('cancel', () => {
    test('removes a queued invocation from the backlog and records the deliveries', async () => {
      await accept(1, 2);
      expect(await scene.ledger.cancel(sampleId(1), { settledAt: NOW + 3 }, [sampleDelivery('d')])).toBe(true);
      expect(await scene.invocations.find(sampleId(1))).toMatchObject({ state: 'Cancelled', settledAt: NOW + 3 });
      expect(idsOf(await lease(2))).toEqual([sampleId(2)]);
      expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
    });

    test('records the attempt that it ends', async () => {
      await accept(1);
      await leaseOne({ slots: [{ instanceId: 'i-1', variantName: 'main' }] });
      await scene.ledger.cancel(sampleId(1), { settledAt: NOW + 3, failureReason: 'no more' }, []);
      const cancelled = await scene.invocations.find(sampleId(1));
      expect(cancelled).toMatchObject({ failureReason: 'no more', failureKind: 'cancelled' });
      expect(cancelled?.pastAttempts).toMatchObject([{ instanceId: 'i-1', endedAt: NOW + 3, kind: 'cancelled' }]);
    });

    test('fences off the worker that runs the invocation', async () => {
      await accept(1);
      const token = tokenOf(await leaseOne());
      expect(await scene.ledger.cancel(sampleId(1), { settledAt: NOW + 3 }, [])).toBe(true);
      expect(await scene.ledger.renew([token], LEASED_UNTIL + 1)).toEqual([]);
      expect(await scene.ledger.release(token, false)).toBe(false);
      expect(await scene.ledger.settle(token, COMPLETED, [sampleDelivery('d')])).toBe(false);
      expect(await scene.invocations.find(sampleId(1))).toMatchObject({ state: 'Cancelled', settledAt: NOW + 3 });
      expect(await scene.invocations.find(sampleId(1))).not.toHaveProperty('workerId');
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });

    test('does nothing to settled or unknown invocations', async () => {
      await accept(1);
      await scene.ledger.settle(tokenOf(await leaseOne()), COMPLETED, []);
      expect(await scene.ledger.cancel(sampleId(1), { settledAt: NOW }, [sampleDelivery('d')])).toBe(false);
      expect(await scene.ledger.cancel(sampleId(2), { settledAt: NOW }, [sampleDelivery('d')])).toBe(false);
      expect(await scene.invocations.find(sampleId(1))).toMatchObject({ state: 'Completed' });
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });
  });

  describe('list', () => {
    beforeEach(async () => {
      await accept(1, 3, 5, 7);
      for (const number of [8, 9, 10]) await scene.ledger.accept(sampleRequest(number, { endpointName: 'other' }));
      await scene.ledger.cancel(sampleId(3), { settledAt: NOW }, []);
      await scene.ledger.cancel(sampleId(9), { settledAt: NOW }, []);
    });

    test('returns whole invocations, the newest first', async () => {
      const all = await scene.invocations.list({});
      expect(idsOf(all)).toEqual([10, 9, 8, 7, 5, 3, 1].map(sampleId));
      expect(all[0]).toEqual(await scene.invocations.find(sampleId(10)));
    });

    test.each([
      ['of one endpoint', { endpointName: 'ocr' }, [7, 5, 3, 1]],
      ['in some states', { states: ['Cancelled', 'Running'] }, [9, 3]],
      ['of one endpoint in one state', { endpointName: 'other', states: ['Queued'] }, [10, 8]],
      ['in no state', { states: [] }, []],
      ['of an endpoint that has none', { endpointName: 'none' }, []],
    ] as const)('gives those %s', async (_which, query, numbers) => {
      expect(idsOf(await scene.invocations.list(query))).toEqual(numbers.map(sampleId));
    });

    test.each([{}, { endpointName: 'ocr' }, { states: ['Queued', 'Cancelled'] }] as const)(
      'walks in pages through all of %j without gap or repetition',
      async (query) => {
        const walked: Invocation[] = [];
        for (;;) {
          const after = walked.at(-1)?.id;
          const page = await scene.invocations.list({ ...query, limit: 2, ...(after === undefined ? {} : { after }) });
          if (page.length === 0) break;
          walked.push(...page);
        }
        expect(walked).toEqual(await scene.invocations.list(query));
      },
    );

    describe('by the fields of a query', () => {
      beforeEach(async () => {
        const labelled: [number, Partial<InvocationRequest>][] = [
          [20, { labels: { team: 'vision', run: '7' }, submittedBy: 'A' }],
          [21, { labels: { team: 'vision' }, submittedBy: 'B', endpointName: 'other' }],
          [22, { labels: { team: 'speech', run: '7' }, submittedBy: 'A' }],
          [23, { labels: { team: 'vision', run: '8' }, endpointName: 'third' }],
        ];
        for (const [number, change] of labelled) await scene.ledger.accept(sampleRequest(number, change));
        const failure = { state: 'Failed', settledAt: NOW, failureKind: 'timed-out' } as const;
        await scene.ledger.settle(tokenOf(await leaseOne({ endpointName: 'third' })), failure, []);
      });

      test.each([
        ['a label', { labels: { team: 'vision' } }, [23, 21, 20]],
        ['several labels', { labels: { team: 'vision', run: '7' } }, [20]],
        ['a label with another value', { labels: { team: 'visio' } }, []],
        ['the name that their caller gave them', { inferenceId: 'label-21' }, [21]],
        ['another name', { inferenceId: 'label-0' }, []],
        ['who submitted them', { submittedBy: 'A' }, [22, 20]],
        ['who submitted them and a label', { submittedBy: 'A', labels: { team: 'speech' } }, [22]],
        ['a label and an endpoint', { labels: { team: 'vision' }, endpointName: 'other' }, [21]],
        ['a label and states', { labels: { team: 'vision' }, states: ['Failed', 'Cancelled'] }, [23]],
        ['a kind of failure', { failureKinds: ['timed-out', 'model-error'] }, [23]],
        ['a kind of failure among states', { failureKinds: ['cancelled'], states: ['Failed', 'Cancelled'] }, [9, 3]],
        ['when they were accepted', { acceptedFrom: NOW + 9, acceptedBefore: NOW + 22 }, [21, 20, 10, 9]],
        ['a label and a time', { labels: { team: 'vision' }, acceptedFrom: NOW + 21 }, [23, 21]],
        ['a time that has none', { acceptedFrom: NOW + 24 }, []],
      ] as const)('gives those with %s', async (_what, query, numbers) => {
        expect(idsOf(await scene.invocations.list(query))).toEqual(numbers.map(sampleId));
      });

      test('walks in pages through those with a label', async () => {
        const query = { labels: { team: 'vision' }, limit: 1 };
        const [first] = await scene.invocations.list(query);
        const [second] = await scene.invocations.list({ ...query, after: first!.id });
        const [third] = await scene.invocations.list({ ...query, after: second!.id });
        expect(idsOf([first!, second!, third!])).toEqual([23, 21, 20].map(sampleId));
        expect(await scene.invocations.list({ ...query, after: third!.id })).toEqual([]);
      });
    });

    test('returns 100 by default', async () => {
      await Promise.all(Array.from({ length: 101 }, (_, index) => scene.ledger.accept(sampleRequest(100 + index))));
      expect(await scene.invocations.list({})).toHaveLength(100);
      expect(await scene.invocations.list({ endpointName: 'ocr' })).toHaveLength(100);
    });
  });

  describe('backlog', () => {
    test('is empty for an endpoint without invocations', async () => {
      expect(await scene.invocations.backlog('ocr')).toEqual({ queued: 0, running: 0 });
      expect(await scene.invocations.endpointsWithBacklog()).toEqual([]);
    });

    test('follows every transition', async () => {
      await scene.ledger.accept(sampleRequest(1, { expiresAt: NOW + 1_000_000 }));
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(1, 0, 1));
      const first = tokenOf(await leaseOne());
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(0, 1));
      await scene.ledger.accept(sampleRequest(2));
      await scene.ledger.accept(sampleRequest(3));
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(2, 1, 2));
      await scene.ledger.release(first, false);
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(3, 0, 1));
      await scene.ledger.cancel(sampleId(2), { settledAt: NOW }, []);
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(2, 0, 1));
      await leaseExpired(10, NOW + 1_000_000);
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(1, 1, 3));
      await scene.ledger.reclaim(NOW + 2_000_000);
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(2, 0, 1));
      for (const leased of await lease(2)) await scene.ledger.settle(tokenOf(leased), COMPLETED, []);
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(0, 0));
      await accept(4);
      await leaseOne();
      await scene.ledger.cancel(sampleId(4), { settledAt: NOW }, []);
      expect(await scene.invocations.backlog('ocr')).toEqual(backlogOf(0, 0));
    });

    test('names the endpoints with queued or running invocations', async () => {
      await accept(1);
      await scene.ledger.accept(sampleRequest(2, { endpointName: 'other' }));
      const running = tokenOf(await leaseOne());
      expect((await scene.invocations.endpointsWithBacklog()).sort()).toEqual(['ocr', 'other']);
      await scene.ledger.settle(running, COMPLETED, []);
      expect(await scene.invocations.endpointsWithBacklog()).toEqual(['other']);
    });
  });

  describe('position', () => {
    test('counts the invocations before it in its own queue', async () => {
      await accept(1, 2, 3);
      await scene.ledger.accept(sampleRequest(4, { endpointName: 'other' }));
      await scene.ledger.accept(sampleRequest(5, { priority: 'high' }));
      const positions = await Promise.all(
        [1, 2, 3, 4, 5].map((number) => scene.invocations.position(sampleId(number))),
      );
      expect(positions).toEqual([1, 2, 3, 0, 0]);
    });

    test('is undefined for an invocation that is not queued', async () => {
      await accept(1);
      await leaseOne();
      expect(await scene.invocations.position(sampleId(1))).toBeUndefined();
      expect(await scene.invocations.position(sampleId(2))).toBeUndefined();
    });
  });

  describe('the load of an access key', () => {
    test('counts only the invocations of the key', async () => {
      expect(await scene.invocations.keyLoad('A')).toEqual({ queued: 0, running: 0, inputBytes: 0 });
      await scene.ledger.accept(sampleRequest(1, { submittedBy: 'A', inputBytes: 100 }));
      await scene.ledger.accept(sampleRequest(2, { submittedBy: 'A', inputBytes: 11 }));
      await scene.ledger.accept(sampleRequest(3, { submittedBy: 'B', inputBytes: 1_000 }));
      await accept(4);
      expect(await scene.invocations.keyLoad('A')).toEqual({ queued: 2, running: 0, inputBytes: 111 });
      const leased = await lease(4);
      expect(await scene.invocations.keyLoad('A')).toEqual({ queued: 0, running: 2, inputBytes: 111 });
      await scene.ledger.release(tokenOf(leased.find(({ id }) => id === sampleId(1))!), false);
      await scene.ledger.settle(tokenOf(leased.find(({ id }) => id === sampleId(2))!), COMPLETED, []);
      expect(await scene.invocations.keyLoad('A')).toEqual({ queued: 1, running: 0, inputBytes: 100 });
      await scene.ledger.cancel(sampleId(1), { settledAt: NOW }, []);
      expect(await scene.invocations.keyLoad('A')).toEqual({ queued: 0, running: 0, inputBytes: 0 });
    });

    test('is kept when the ledger is opened again', async (context) => {
      if (!scene.outlivesClosing()) return context.skip();
      await scene.ledger.accept(sampleRequest(1, { submittedBy: 'A', inputBytes: 100 }));
      await scene.ledger.accept(sampleRequest(2, { submittedBy: 'A' }));
      await leaseOne();
      await scene.reopen();
      expect(await scene.invocations.keyLoad('A')).toEqual({ queued: 1, running: 1, inputBytes: 100 });
    });
  });

  test('keeps everything when it is opened again', async (context) => {
    if (!scene.outlivesClosing()) return context.skip();
    await accept(1, 2, 3);
    const [done, running] = await lease(2);
    await scene.ledger.settle(tokenOf(done!), COMPLETED, [sampleDelivery('d')]);
    await scene.ledger.accept(sampleRequest(4, { idempotencyKey: 'key', endpointName: 'other' }));
    const before = await scene.invocations.list({});
    await scene.reopen();
    expect(await scene.invocations.list({})).toEqual(before);
    expect(await scene.invocations.backlog('ocr')).toMatchObject({ queued: 1, running: 1 });
    expect((await scene.invocations.endpointsWithBacklog()).sort()).toEqual(['ocr', 'other']);
    expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
    expect(await scene.ledger.settle(tokenOf(running!), COMPLETED, [])).toBe(true);
    const again = await scene.ledger.accept(sampleRequest(5, { idempotencyKey: 'key', endpointName: 'other' }));
    expect(again).toMatchObject({ repeated: true, invocation: { id: sampleId(4) } });
  });
}

function redriveRequest(number: number): InvocationRequest {
  return sampleRequest(number, { redriveOf: sampleId(1) });
}

function backlogOf(queued: number, running: number, oldest?: number): Backlog {
  return oldest === undefined ? { queued, running } : { queued, running, oldestAcceptedAt: NOW + oldest };
}
