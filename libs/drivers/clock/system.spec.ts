import { describe, expect, it } from 'vitest';
import { SystemClock } from './system.js';

const HOUR_MS = 3_600_000;

describe('the system clock', () => {
  it('ends a sleep with the reason of the signal that cuts it short', async () => {
    const controller = new AbortController();
    const sleep = new SystemClock().sleep(HOUR_MS, controller.signal);
    controller.abort('enough');
    await expect(sleep).rejects.toBe('enough');
  });

  it('does not begin a sleep whose signal was aborted before', async () => {
    await expect(new SystemClock().sleep(HOUR_MS, AbortSignal.abort('no'))).rejects.toBe('no');
  });

  it('sleeps no shorter than it was asked to', async () => {
    const clock = new SystemClock();
    const before = performance.now();
    await clock.sleep(5, new AbortController().signal);
    expect(performance.now() - before).toBeGreaterThanOrEqual(4);
  });

  it('makes ids that sort in the order of making', () => {
    const clock = new SystemClock();
    const ids = Array.from({ length: 10_000 }, () => clock.uniqueId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
