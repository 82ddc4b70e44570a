import { describe, expect, it } from 'vitest';
import { type RequestAllowance, countRequest } from './request-rate.js';

/** Returns how many of `count` requests at `now` are allowed, and the allowance after them. */
function burst(count: number, perMinute: number, now: number, before?: RequestAllowance): [number, RequestAllowance] {
  let allowance = before;
  let passed = 0;
  for (let request = 0; request < count; request += 1) {
    const verdict = countRequest(allowance, perMinute, now);
    allowance = verdict.allowance;
    if (verdict.isAllowed) passed += 1;
  }
  return [passed, allowance!];
}

describe('requests of a caller with a limit', () => {
  it('may come at once, up to the limit of a minute', () => {
    expect(burst(100, 60, 0)[0]).toBe(60);
  });

  it('are allowed again as the allowance refills, up to the limit', () => {
    const [, empty] = burst(60, 60, 0);
    expect(burst(10, 60, 999, empty)[0]).toBe(0);
    expect(burst(10, 60, 1_000, empty)[0]).toBe(1);
    expect(burst(10, 60, 5_000, empty)[0]).toBe(5);
    expect(burst(100, 60, 3_600_000, empty)[0]).toBe(60);
  });

  it('get the wait until the next one, and until a full allowance', () => {
    expect(countRequest(undefined, 60, 0)).toMatchObject({ isAllowed: true, waitMs: 0, fullInMs: 1_000 });
    const [, empty] = burst(60, 60, 0);
    expect(countRequest(empty, 60, 250)).toMatchObject({ isAllowed: false, waitMs: 750, fullInMs: 59_750 });
  });

  it('do not use up the allowance when they are refused', () => {
    const [, empty] = burst(60, 60, 0);
    const [, refused] = burst(1_000, 60, 500, empty);
    expect(countRequest(refused, 60, 1_000).isAllowed).toBe(true);
  });

  it('keep their allowance when the clock is set back', () => {
    const [, some] = burst(30, 60, 100_000);
    expect(burst(100, 60, 0, some)[0]).toBe(30);
  });

  it('pass once a minute if the limit is one a minute', () => {
    const [passed, empty] = burst(2, 1, 0);
    expect(passed).toBe(1);
    expect(countRequest(empty, 1, 59_000)).toMatchObject({ isAllowed: false, waitMs: 1_000 });
    expect(countRequest(empty, 1, 60_000).isAllowed).toBe(true);
  });
});
