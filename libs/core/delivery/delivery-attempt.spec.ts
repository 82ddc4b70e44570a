import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from './delivery.js';
import { DELIVERY_WINDOW_MS, nextDeliveryAt } from './delivery-attempt.js';

function minutes(count: number): number {
  return count * 60_000;
}

describe('a delivery that failed', () => {
  const delivery: Delivery = {
    id: 'd',
    receiver: { kind: 'topic', topicArn: 'arn' },
    message: { body: '' },
    createdAt: 0,
  };

  test.each([
    [1, 500, 1_000],
    [2, 1_000, 2_000],
    [5, 8_000, 16_000],
    [10, 256_000, 512_000],
    [11, minutes(7.5), minutes(15)],
    [1_000, minutes(7.5), minutes(15)],
  ])('%i times waits from %i to %i ms, drawn by chance', (failures, least, most) => {
    expect(nextDeliveryAt(delivery, { failures, now: 0, chance: 0 })).toBe(least);
    expect(nextDeliveryAt(delivery, { failures, now: 0, chance: 1 })).toBe(most);
  });

  test('waits as long as the receiver asks, if that is longer', () => {
    expect(nextDeliveryAt(delivery, { failures: 1, now: 1_000, chance: 0.5, retryAfterMs: 60_000 })).toBe(61_000);
    expect(nextDeliveryAt(delivery, { failures: 10, now: 1_000, chance: 1, retryAfterMs: 60_000 })).toBe(513_000);
  });

  test('is tried for one day', () => {
    expect(nextDeliveryAt(delivery, { failures: 1, now: DELIVERY_WINDOW_MS - 1_000, chance: 1 })).toBe(
      DELIVERY_WINDOW_MS,
    );
    expect(nextDeliveryAt(delivery, { failures: 1, now: DELIVERY_WINDOW_MS - 999, chance: 1 })).toBeUndefined();
    expect(
      nextDeliveryAt(delivery, { failures: 1, now: 0, chance: 0, retryAfterMs: DELIVERY_WINDOW_MS + 1 }),
    ).toBeUndefined();
  });

  test('is always tried later than now and within the day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 0, max: DELIVERY_WINDOW_MS }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 2 * DELIVERY_WINDOW_MS }), { nil: undefined }),
        (failures, now, chance, retryAfterMs) => {
          const at = nextDeliveryAt(delivery, { failures, now, chance, retryAfterMs });
          const earliest = now + Math.max(500, retryAfterMs ?? 0);
          expect(at === undefined || (at >= earliest && at <= DELIVERY_WINDOW_MS)).toBe(true);
        },
      ),
    );
  });
});
