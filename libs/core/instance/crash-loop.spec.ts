import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type LaunchFailures,
  isCrashLooping,
  isHopeless,
  isOvercome,
  launchableNow,
  launchDelayMs,
  nextLaunchAt,
  withCrashLoop,
  withFailure,
} from './crash-loop.js';

const NEW_YEAR = Date.UTC(2026, 0, 1);

function failures(of: Partial<LaunchFailures> = {}): LaunchFailures {
  const at = { since: NEW_YEAR, lastAt: NEW_YEAR, lastLaunchedAt: NEW_YEAR };
  const { count = 1 } = of;
  return {
    count,
    faults: count,
    lastReason: 'No such capacity.',
    lastEnd: 'never-healthy',
    permanent: false,
    ...at,
    ...of,
  };
}

const failure = (launchedAt: number, at: number) => ({
  launchedAt,
  at,
  reason: `at ${at}`,
  end: 'crashed' as const,
  permanent: false,
});

test('failed launches that were under way together count once, and later ones count on', () => {
  let now: LaunchFailures | undefined;
  for (const [launchedAt, at] of [
    [0, 10],
    [0, 11],
    [5, 12],
    [13, 14],
    [0, 20],
  ] as const) {
    now = withFailure(now, failure(launchedAt, at));
  }
  expect(now).toMatchObject({
    count: 2,
    since: 10,
    lastAt: 20,
    lastReason: 'at 20',
    lastEnd: 'crashed',
    lastLaunchedAt: 13,
  });
});

test('an outage delays launches, and the container is given up for it only when it lasts', () => {
  const outages = (everyMs: number) =>
    [0, 1, 2].reduce<LaunchFailures | undefined>((seen, index) => {
      const launchedAt = index * everyMs;
      return withFailure(seen, { ...failure(launchedAt, launchedAt + 1), isOutage: true });
    }, undefined);
  const [short, long] = [outages(10_000), outages(30_000)];
  expect(short).toMatchObject({ count: 3, faults: 0 });
  expect([short, long].map((seen) => isHopeless(seen, 60_000))).toEqual([false, true]);
  expect(withFailure(short, failure(90_000, 90_001))).toMatchObject({ count: 4, faults: 1 });
});

test('a single outage does not count against a container that took long to be fetched before', () => {
  const away = { ...failure(0, 600_000), end: 'never-healthy' as const };
  const seen = (isOutage: boolean) => isHopeless(withFailure(undefined, { ...away, isOutage }), 480_000);
  expect([seen(true), seen(false)]).toEqual([false, true]);
});

test('only an instance at least as young as the youngest failed one proves that launches go well', () => {
  const seen = withFailure(withFailure(undefined, failure(0, 10)), failure(20, 30));
  expect([0, 19, 20, 40].map((launchedAt) => isOvercome(seen, launchedAt))).toEqual([false, false, true, true]);
});

describe('the next launch is tried', () => {
  test.each<[string, LaunchFailures | undefined, number]>([
    ['at once if none has failed', undefined, 0],
    ['a second after the first failure', failures(), NEW_YEAR + 1_000],
    ['after twice as long each time', failures({ count: 4 }), NEW_YEAR + 8_000],
    ['after five minutes at most', failures({ count: 50 }), NEW_YEAR + 300_000],
    ['after at least a minute if something is missing', failures({ permanent: true }), NEW_YEAR + 60_000],
    ['ever later after more failures of that kind', failures({ permanent: true, count: 8 }), NEW_YEAR + 128_000],
  ])('%s', (_sentence, seen, at) => {
    expect(nextLaunchAt(seen)).toBe(at);
  });
});

describe('the missing instances that may be launched are', () => {
  const due = NEW_YEAR + 1_000;
  test.each<[string, LaunchFailures | undefined, { missing: number; unproved: number; now: number }, number]>([
    ['all while launches go well', undefined, { missing: 7, unproved: 3, now: due }, 7],
    ['none if none is missing', undefined, { missing: -2, unproved: 0, now: due }, 0],
    ['none while they back off', failures(), { missing: 7, unproved: 0, now: due - 1 }, 0],
    ['one after the back-off', failures(), { missing: 7, unproved: 0, now: due }, 1],
    ['none while one is being tried', failures(), { missing: 7, unproved: 1, now: due }, 0],
  ])('%s', (_sentence, seen, of, count) => {
    expect(launchableNow(seen, of)).toBe(count);
  });

  test('never more than are missing, and never two while a failure stands', () => {
    const counts = fc.integer({ min: -3, max: 50 });
    fc.assert(
      fc.property(fc.boolean(), counts, fc.nat(5), fc.nat(700_000), (hasFailed, missing, unproved, after) => {
        const launchable = launchableNow(hasFailed ? failures({ count: 20 }) : undefined, {
          missing,
          unproved,
          now: NEW_YEAR + after,
        });
        expect(launchable).toBeGreaterThanOrEqual(0);
        expect(launchable).toBeLessThanOrEqual(Math.max(0, missing));
        expect(!hasFailed || launchable + Math.min(1, unproved) <= 1).toBe(true);
      }),
    );
  });
});

test('one failure is no crash loop, unless it is permanent', () => {
  expect([undefined, failures(), failures({ count: 2 }), failures({ permanent: true })].map(isCrashLooping)).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

/** Returns the line of a variant whose container has ended three times. */
function line(variant: string): string {
  return (
    `The production variant ${variant} is in a crash loop: 3 launches in a row have failed since ` +
    '2026-01-01T00:00:00Z, the last with: The container ended with exit code 1. ' +
    'One instance is tried again from 2026-01-01T00:00:04Z on.'
  );
}

describe("an endpoint's FailureReason", () => {
  const looping = failures({ count: 3, lastReason: 'The container\nended with exit code 1.' });
  test.each<[string, string | undefined, string, LaunchFailures | undefined, string | undefined]>([
    ['reports a crash loop', undefined, 'a', looping, line('a')],
    ['reports two', line('a'), 'b', looping, `${line('a')}\n${line('b')}`],
    ['reports only the latest failure', line('a').replace('3 launches', '2 launches'), 'a', looping, line('a')],
    ['stays as it is while nothing changes', line('a'), 'a', looping, line('a')],
    ['does not report a single failure', undefined, 'a', failures(), undefined],
    ['loses only the line of the variant that recovers', `${line('a')}\n${line('b')}`, 'a', undefined, line('b')],
    ['is gone when the last recovers', line('b'), 'b', undefined, undefined],
    ['keeps other reasons', 'Something else.', 'a', undefined, 'Something else.'],
  ])('%s', (_sentence, before, variantName, seen, after) => {
    expect(withCrashLoop(before, variantName, seen)).toBe(after);
  });

  test('is never longer than DescribeEndpoint allows', () => {
    const reason = failures({ count: 3, lastReason: 'x'.repeat(5_000) });
    const told = ['a', 'b', 'c', 'd'].reduce<string | undefined>((text, name) => withCrashLoop(text, name, reason), '');
    expect(told).toHaveLength(1_024);
  });
});

test.each([
  [0, 0],
  [1, 1_000],
  [2, 2_000],
  [3, 4_000],
  [9, 256_000],
  [10, 300_000],
  [10_000, 300_000],
])('after %i failed launches in a row the next one waits %i ms', (inARow, ms) => {
  expect(launchDelayMs(inARow)).toBe(ms);
});
