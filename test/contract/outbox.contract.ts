import { MAX_KEPT_ATTEMPTS } from '../../libs/core/delivery/delivery-attempt.js';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../libs/core/delivery/delivery.js';
import type { DeliveryOutcome, DeliveryQuery } from '../../libs/core/ports/outbox.js';
import { NOW, sampleDelivery } from './ledger-samples.js';
import { ledgerScene, type LedgerDriver } from './ledger-scene.js';

const TAKEN_UNTIL = NOW + 60_000;

function of(id: string, createdAt = NOW) {
  return { id, createdAt };
}

/** The contract of every driver of the `Outbox` port. */
export function outboxContract(driver: LedgerDriver): void {
  describe(`${driver.name} as an outbox`, () => {
    const scene = ledgerScene(driver);

    async function takeIds(count: number, now = NOW, takenUntil = TAKEN_UNTIL): Promise<string[]> {
      return (await scene.outbox.take(count, now, takenUntil)).map(({ delivery }) => delivery.id);
    }

    test('is empty at first', async () => {
      expect(await scene.outbox.take(10, NOW, TAKEN_UNTIL)).toEqual([]);
      expect(await scene.outbox.nextDueAt()).toBeUndefined();
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });

    test('returns a delivery in full, due from its creation', async () => {
      const delivery = sampleDelivery('a', { createdAt: NOW + 5 });
      await scene.outbox.enqueue([delivery]);
      expect(await scene.outbox.nextDueAt()).toBe(NOW + 5);
      expect(await scene.outbox.take(10, NOW + 4, TAKEN_UNTIL)).toEqual([]);
      expect(await scene.outbox.take(10, NOW + 5, TAKEN_UNTIL)).toEqual([{ delivery, failures: 0 }]);
    });

    test('does not change a delivery that it already has', async () => {
      await scene.outbox.enqueue([sampleDelivery('a')]);
      await scene.outbox.enqueue([sampleDelivery('a', { createdAt: NOW + 99 }), sampleDelivery('b')]);
      expect(await scene.outbox.count()).toEqual({ waiting: 2, givenUp: 0 });
      expect(await scene.outbox.nextDueAt()).toBe(NOW);
    });

    test('hands out the oldest due first, and at most as many as requested', async () => {
      const late = sampleDelivery('late', { createdAt: NOW - 1 });
      const early = sampleDelivery('early', { createdAt: NOW - 9 });
      await scene.outbox.enqueue([late, early, sampleDelivery('now')]);
      expect(await takeIds(2)).toEqual(['early', 'late']);
      expect(await takeIds(2)).toEqual(['now']);
    });

    test('hands a delivery to only one of several simultaneous takers', async () => {
      await scene.outbox.enqueue(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => sampleDelivery(id)));
      const taken = await Promise.all([takeIds(2), takeIds(2), takeIds(2)]);
      expect(taken.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    });

    test('hands a taken delivery out again if its taking expires without a record', async () => {
      await scene.outbox.enqueue([sampleDelivery('a')]);
      await takeIds(1);
      expect(await scene.outbox.nextDueAt()).toBe(TAKEN_UNTIL);
      expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
      expect(await takeIds(1, TAKEN_UNTIL - 1)).toEqual([]);
      expect(await takeIds(1, TAKEN_UNTIL)).toEqual(['a']);
    });

    test('deletes a delivery that is done', async () => {
      await scene.outbox.enqueue([sampleDelivery('a'), sampleDelivery('b')]);
      await takeIds(1);
      await scene.outbox.record(of('a'), { kind: 'done' });
      expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
      expect(await takeIds(10, TAKEN_UNTIL)).toEqual(['b']);
    });

    test('keeps a callback that is done, with its attempts, and does not hand it out again', async () => {
      const callback = aCallback('a');
      await scene.outbox.enqueue([callback]);
      await takeIds(1);
      const failed = { at: NOW + 1, durationMs: 5, outcome: 'failed', reason: 'it answered 503' } as const;
      await scene.outbox.record(of('a'), { kind: 'retry', at: NOW + 9, reason: 'it answered 503' }, failed);
      expect(await scene.outbox.find('a')).toEqual({
        delivery: callback,
        state: 'waiting',
        failures: 1,
        dueAt: NOW + 9,
        reason: 'it answered 503',
        attempts: [failed],
      });
      const exchange = {
        requestHeaders: { 'webhook-id': 'a' },
        response: { status: 200, headers: {}, body: 'ok "é"' },
      };
      const delivered = { at: NOW + 10, durationMs: 2, outcome: 'delivered', exchange } as const;
      await scene.outbox.record(of('a'), { kind: 'done' }, delivered);
      await scene.outbox.record(of('a'), { kind: 'given-up', reason: 'a late taker' }, failed);
      expect(await scene.outbox.find('a')).toEqual({
        delivery: callback,
        state: 'delivered',
        failures: 1,
        doneAt: NOW + 12,
        attempts: [failed, delivered],
      });
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
      expect(await takeIds(1, TAKEN_UNTIL * 2)).toEqual([]);
    });

    test('keeps only the newest attempts', async () => {
      await scene.outbox.enqueue([aCallback('a')]);
      for (let at = 1; at <= MAX_KEPT_ATTEMPTS + 3; at++) {
        const outcome = { kind: 'retry', at: NOW, reason: 'x' } as const;
        await scene.outbox.record(of('a'), outcome, { at, durationMs: 0, outcome: 'failed' });
      }
      const attempts = (await scene.outbox.find('a'))!.attempts.map(({ at }) => at);
      expect(attempts).toEqual(Array.from({ length: MAX_KEPT_ATTEMPTS }, (_, index) => index + 4));
    });

    test.each(['delivered', 'given-up', 'waiting'] as const)(
      'redelivers a callback that is %s as if it were new',
      async (state) => {
        await scene.outbox.enqueue([aCallback('a')]);
        await takeIds(1);
        const attempt = { at: NOW, durationMs: 0, outcome: 'failed' } as const;
        if (state === 'delivered') await scene.outbox.record(of('a'), { kind: 'done' }, attempt);
        if (state === 'given-up') await scene.outbox.record(of('a'), { kind: 'given-up', reason: 'x' }, attempt);
        expect(await scene.outbox.redeliver('a', NOW + 5)).toBe(true);
        expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
        const due = await scene.outbox.take(1, NOW + 5, TAKEN_UNTIL);
        expect(due).toEqual([{ delivery: { ...aCallback('a'), createdAt: NOW + 5 }, failures: 0 }]);
        expect(await scene.outbox.redeliver('none', NOW)).toBe(false);
      },
    );

    test.each<DeliveryOutcome>([
      { kind: 'retry', at: NOW + 60_000, reason: 'it answered 503' },
      { kind: 'given-up', reason: 'it answered 410' },
    ])('does not undo what was asked for while an attempt was under way: %o', async (outcome) => {
      await scene.outbox.enqueue([aCallback('a')]);
      await takeIds(1);
      await scene.outbox.redeliver('a', NOW + 10);
      const attempt = { at: NOW, durationMs: 20, outcome: 'failed' as const, reason: outcome.kind };
      await scene.outbox.record(of('a'), outcome, attempt);
      expect(await scene.outbox.find('a')).toMatchObject({ state: 'waiting', failures: 0, attempts: [attempt] });
      expect(await takeIds(1, NOW + 20)).toEqual(['a']);
      await scene.outbox.record(of('a', NOW + 10), { kind: 'done' }, { ...attempt, outcome: 'delivered' });
      expect(await scene.outbox.find('a')).toMatchObject({ state: 'delivered' });
    });

    test('takes no deliveries of busy destinations, even if many of them are due earlier', async () => {
      const slow = Array.from({ length: 30 }, (_, index) => aCallback(`slow-${index}`, 'https://slow.example/hook'));
      const quick = [aCallback('quick-1', 'https://quick.example'), aCallback('quick-2', 'https://quick.example/b')];
      await scene.outbox.enqueue(slow);
      await scene.outbox.enqueue(quick.map((delivery) => ({ ...delivery, createdAt: NOW + 1 })));
      const busy = new Set(['https://slow.example']);
      expect(await scene.outbox.nextDueAt(busy)).toBe(NOW + 1);
      const taken = await scene.outbox.take(3, NOW + 1, TAKEN_UNTIL, busy);
      expect(taken.map(({ delivery }) => delivery.id)).toEqual(['quick-1', 'quick-2']);
      expect(await scene.outbox.nextDueAt(new Set([...busy, 'https://quick.example']))).toBeUndefined();
      expect(await scene.outbox.take(3, NOW + 1, TAKEN_UNTIL, busy)).toEqual([]);
      expect(await takeIds(2, NOW + 1)).toEqual(['slow-0', 'slow-1']);
    });

    test('finds the next due time beyond taken deliveries and busy destinations', async () => {
      const slow = Array.from({ length: 30 }, (_, index) => aCallback(`slow-${index}`, 'https://slow.example/hook'));
      await scene.outbox.enqueue([aCallback('taken', 'https://quick.example')]);
      expect(await takeIds(1)).toEqual(['taken']);
      await scene.outbox.enqueue(slow);
      await scene.outbox.enqueue([{ ...aCallback('later', 'https://other.example'), createdAt: NOW + 5 }]);
      expect(await scene.outbox.nextDueAt(new Set(['https://slow.example']))).toBe(NOW + 5);
    });

    test('lists the deliveries of an invocation, the oldest first', async () => {
      const told = [
        { ...aCallback('a'), invocationId: 'one' },
        { ...aCallback('b'), invocationId: 'other' },
        { ...aCallback('c'), invocationId: 'one' },
      ];
      await scene.outbox.enqueue([...told, sampleDelivery('d')]);
      const known = await scene.outbox.ofInvocation('one');
      expect(known.map(({ delivery }) => delivery.id)).toEqual(['a', 'c']);
      expect(await scene.outbox.ofInvocation('none')).toEqual([]);
    });

    test('lists deliveries by state, the newest first, in pages', async () => {
      await scene.outbox.enqueue(['a', 'b', 'c', 'd'].map((id) => aCallback(id)));
      await scene.outbox.record(of('b'), { kind: 'given-up', reason: 'x' });
      await scene.outbox.record(of('c'), { kind: 'done' });
      const ids = async (query: DeliveryQuery): Promise<string[]> =>
        (await scene.outbox.list(query)).map(({ delivery }) => delivery.id);
      expect(await ids({ limit: 10 })).toEqual(['d', 'c', 'b', 'a']);
      expect(await ids({ state: 'waiting', limit: 10 })).toEqual(['d', 'a']);
      expect(await ids({ state: 'waiting', limit: 1, after: 'd' })).toEqual(['a']);
      expect(await ids({ state: 'given-up', limit: 10 })).toEqual(['b']);
      expect(await ids({ state: 'delivered', limit: 10 })).toEqual(['c']);
      expect(await ids({ limit: 10, after: 'none' })).toEqual([]);
    });

    test('deletes deliveries done before a time, in batches, and none that wait', async () => {
      await scene.outbox.enqueue(['a', 'b', 'c', 'd'].map((id) => aCallback(id)));
      for (const [id, at] of [
        ['a', 1],
        ['b', 2],
        ['c', 9],
      ] as const) {
        const outcome = id === 'b' ? ({ kind: 'given-up', reason: 'x' } as const) : ({ kind: 'done' } as const);
        await scene.outbox.record(of(id), outcome, { at: NOW + at, durationMs: 0, outcome: 'failed' });
      }
      expect(await scene.outbox.forget(NOW + 9, 1)).toBe(1);
      expect(await scene.outbox.forget(NOW + 9, 10)).toBe(1);
      expect(await scene.outbox.forget(NOW + 9, 10)).toBe(0);
      expect((await scene.outbox.list({ limit: 10 })).map(({ delivery }) => delivery.id)).toEqual(['d', 'c']);
      expect(await scene.outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
    });

    test('replaces the delivery to a topic by the deliveries to its subscriptions', async () => {
      await scene.outbox.enqueue([sampleDelivery('topic')]);
      await takeIds(1);
      const replacedBy = [sampleDelivery('first'), sampleDelivery('second')];
      await scene.outbox.record(of('topic'), { kind: 'done', replacedBy });
      expect(await scene.outbox.count()).toEqual({ waiting: 2, givenUp: 0 });
      expect(await takeIds(10)).toEqual(['first', 'second']);
    });

    test('replaces a delivery once if two takers finish it', async () => {
      await scene.outbox.enqueue([sampleDelivery('topic')]);
      const done = (id: string) => scene.outbox.record(of('topic'), { kind: 'done', replacedBy: [sampleDelivery(id)] });
      await Promise.all([done('first'), done('second')]);
      expect(await takeIds(10)).toEqual(['first']);
    });

    test('retries at the requested time, and counts the failures', async () => {
      await scene.outbox.enqueue([sampleDelivery('a')]);
      await takeIds(1);
      await scene.outbox.record(of('a'), { kind: 'retry', at: NOW + 1_000, reason: 'refused' });
      expect(await scene.outbox.nextDueAt()).toBe(NOW + 1_000);
      expect(await scene.outbox.take(1, NOW + 999, TAKEN_UNTIL)).toEqual([]);
      const again = await scene.outbox.take(1, NOW + 1_000, TAKEN_UNTIL);
      expect(again).toEqual([{ delivery: sampleDelivery('a'), failures: 1 }]);
      await scene.outbox.record(of('a'), { kind: 'retry', at: NOW + 2_000, reason: 'refused' });
      expect(await scene.outbox.take(1, NOW + 2_000, TAKEN_UNTIL)).toMatchObject([{ failures: 2 }]);
    });

    test('keeps and counts a delivery that was given up, and never hands it out again', async () => {
      await scene.outbox.enqueue([sampleDelivery('a')]);
      await takeIds(1);
      await scene.outbox.record(of('a'), { kind: 'given-up', reason: 'gone for a day' });
      await scene.outbox.record(of('a'), { kind: 'given-up', reason: 'again' });
      await scene.outbox.record(of('a'), { kind: 'retry', at: NOW, reason: 'a late taker' });
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 1 });
      expect(await scene.outbox.nextDueAt()).toBeUndefined();
      expect(await takeIds(1, TAKEN_UNTIL * 2)).toEqual([]);
    });

    test('records a late success of a delivery that was given up', async () => {
      await scene.outbox.enqueue([sampleDelivery('a')]);
      await scene.outbox.record(of('a'), { kind: 'given-up', reason: 'gone for a day' });
      await scene.outbox.record(of('a'), { kind: 'done' });
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });

    test('ignores a record of an unknown delivery', async () => {
      await scene.outbox.record(of('none'), { kind: 'done', replacedBy: [sampleDelivery('x')] });
      await scene.outbox.record(of('none'), { kind: 'retry', at: NOW, reason: 'x' });
      await scene.outbox.record(of('none'), { kind: 'given-up', reason: 'x' });
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });

    test('does nothing if the signal is already aborted', async () => {
      const gone = AbortSignal.abort(new Error('gone'));
      await expect(scene.outbox.enqueue([sampleDelivery('a')], gone)).rejects.toThrow('gone');
      expect(await scene.outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    });

    test('keeps everything when it is opened again', async (context) => {
      if (!scene.outlivesClosing()) return context.skip();
      await scene.outbox.enqueue(['taken', 'given-up', 'retried'].map((id) => sampleDelivery(id)));
      await takeIds(1);
      await scene.outbox.record(of('given-up'), { kind: 'given-up', reason: 'x' });
      await scene.outbox.record(of('retried'), { kind: 'retry', at: NOW + 1, reason: 'x' });
      await scene.reopen();
      expect(await scene.outbox.count()).toEqual({ waiting: 2, givenUp: 1 });
      const due = await scene.outbox.take(10, TAKEN_UNTIL, TAKEN_UNTIL * 2);
      const failuresById = due.map(({ delivery, failures }) => [delivery.id, failures]);
      expect(Object.fromEntries(failuresById)).toEqual({ retried: 1, taken: 0 });
    });
  });
}

function aCallback(id: string, url = 'https://receiver.example/hook'): Delivery {
  return sampleDelivery(id, { receiver: { kind: 'callback', url, keyId: 'EBBK' } });
}
