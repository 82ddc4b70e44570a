import { describe, expect, it } from 'vitest';
import type { Quotas } from './caller.js';
import { type QuotaUse, brokenQuota } from './quota.js';

const USE: QuotaUse = { queued: 3, running: 2, inputBytes: 1_000 };
const NONE = /^$/;

describe('one more invocation', () => {
  it.each<[string, Quotas, number, RegExp]>([
    ['is accepted without quotas', {}, 1e9, NONE],
    ['is accepted below the quotas', { queuedInvocations: 4, runningInvocations: 3, queuedBytes: 1_001 }, 1, NONE],
    ['is refused if too many wait', { queuedInvocations: 3 }, 0, /may have 3 invocations waiting at a time, and has 3/],
    ['is refused if too many run', { runningInvocations: 2 }, 0, /may have 2 invocations running at a time, and has 2/],
    [
      'is refused if the inputs are too large together',
      { queuedBytes: 1_500 },
      501,
      /1500 bytes .* it has 1000, .* add 501/,
    ],
    ['is accepted if the inputs just fit', { queuedBytes: 1_500 }, 500, NONE],
  ])('%s', (_, quotas, inputBytes, refusal) => {
    expect(brokenQuota(quotas, USE, inputBytes) ?? '').toMatch(refusal);
  });
});
