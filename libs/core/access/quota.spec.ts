import { describe, expect, it } from 'vitest';
import type { Quotas } from './caller.js';
import { type QuotaUse, brokenQuota } from './quota.js';

const USE: QuotaUse = { queued: 3, running: 2, inputBytes: 1_000 };
const NONE = /^$/;

describe('one more invocation', () => {
  it.each<[string, Quotas, number, RegExp]>([
    ['is welcome where there are no quotas', {}, 1e9, NONE],
    ['is welcome below them', { queuedInvocations: 4, runningInvocations: 3, queuedBytes: 1_001 }, 1, NONE],
    ['is one too many to wait', { queuedInvocations: 3 }, 0, /may have 3 invocations waiting at a time, and has 3/],
    ['must wait until fewer run', { runningInvocations: 2 }, 0, /may have 2 invocations running at a time, and has 2/],
    ['is too large together with the others', { queuedBytes: 1_500 }, 501, /1500 bytes .* it has 1000, .* add 501/],
    ['just fits', { queuedBytes: 1_500 }, 500, NONE],
  ])('%s', (_, quotas, inputBytes, refusal) => {
    expect(brokenQuota(quotas, USE, inputBytes) ?? '').toMatch(refusal);
  });
});
