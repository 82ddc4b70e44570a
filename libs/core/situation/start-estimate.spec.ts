import { expect, test } from 'vitest';
import { type StartOutlook, estimatedStart } from './start-estimate.js';

const BUSY = { state: 'InService', slots: 2, busy: 2 } as const;
const FREE = { state: 'InService', slots: 2, busy: 1 } as const;
const STARTING = { state: 'Starting', slots: 2, busy: 0 } as const;
const OUTLOOK: StartOutlook = {
  now: 1_000_000,
  position: 0,
  instances: [],
  slots: 2,
  maximum: 3,
  estimates: { serviceMs: 1_000, startMs: 5_000 },
};

test.each<[sentence: string, change: Partial<StartOutlook>, inMs: number | undefined]>([
  ['at once if a slot is free', { instances: [FREE] }, 0],
  ['when the first of two busy slots becomes free', { instances: [BUSY] }, 500],
  ['after the invocations before it', { instances: [BUSY], position: 3 }, 2_000],
  ['sooner if another instance is starting', { instances: [BUSY, STARTING], position: 3 }, 1_000],
  ['after a start if no instance is in service', { position: 1 }, 5_000],
  ['after one start even if it takes several instances', { position: 5 }, 5_000],
  ['after a start and the invocations that the maximum leaves before it', { position: 6 }, 6_000],
  ['at no known time if nothing may run', { maximum: 0 }, undefined],
  ['at no known time before the first start', { estimates: {} }, undefined],
  ['at no known time before service times are known', { instances: [BUSY], estimates: { startMs: 1 } }, undefined],
])('an invocation starts %s', (_sentence, change, inMs) => {
  const at = estimatedStart({ ...OUTLOOK, ...change });
  expect(at).toBe(inMs === undefined ? undefined : OUTLOOK.now + inMs);
});
