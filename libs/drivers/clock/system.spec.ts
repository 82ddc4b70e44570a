import { describe, expect, it } from 'vitest';
import { SystemClock } from './system.js';

const HOUR_MS = 3_600_000;

describe('the system clock', () => {
  it('rejects a sleep with the reason of the signal that aborts it', async () => {
    const controller = new AbortController();
    const sleep = new SystemClock().sleep(HOUR_MS, controller.signal);
    controller.abort('enough');
    await expect(sleep).rejects.toBe('enough');
  });

  it('rejects a sleep at once if its signal was aborted before', async () => {
    await expect(new SystemClock().sleep(HOUR_MS, AbortSignal.abort('no'))).rejects.toBe('no');
  });

  it('sleeps at least as long as it was asked to', async () => {
    const clock = new SystemClock();
    const before = performance.now();
    await clock.sleep(5, new AbortController().signal);
    expect(performance.now() - before).toBeGreaterThanOrEqual(4);
  });

  it('makes ids that sort in the order in which they were made', () => {
    const clock = new SystemClock();
    const ids = Array.from({ length: 10_000 }, () => clock.uniqueId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
