import { expect, test } from 'vitest';
import { isPaused, withGates } from './endpoint-gates.js';
import type { Endpoint } from './endpoint.js';
import { NO_TRAFFIC, trafficOf } from '../deployment/traffic.js';

const ENDPOINT: Endpoint = {
  name: 'reader',
  configName: 'reader',
  status: 'InService',
  variants: [],
  createdAt: 0,
  modifiedAt: 0,
  tags: {},
};
const ADA = { at: 1, by: 'operator Ada' };
const BOB = { at: 2, by: 'operator Bob' };

test('an endpoint without gate settings is open', () => {
  expect([isPaused(ENDPOINT, 'intake'), isPaused(ENDPOINT, 'dispatch')]).toEqual([false, false]);
});

test('each gate is paused and resumed on its own, and records who did it last', () => {
  const paused = withGates(ENDPOINT, ['dispatch'], 'paused', ADA);
  expect(paused).toMatchObject({ dispatch: 'paused', gateChanges: { dispatch: ADA } });
  expect(isPaused(paused, 'intake')).toBe(false);
  const both = withGates(paused, ['intake', 'dispatch'], 'paused', BOB);
  expect(both).toMatchObject({ intake: 'paused', gateChanges: { intake: BOB, dispatch: ADA } });
  const resumed = withGates(both, ['dispatch'], 'open', BOB);
  expect(resumed).toMatchObject({ intake: 'paused', dispatch: 'open', gateChanges: { intake: BOB, dispatch: BOB } });
});

test('setting a gate to its present state changes nothing, not even the record', () => {
  expect(withGates(ENDPOINT, ['intake', 'dispatch'], 'open', ADA)).toBe(ENDPOINT);
});

test('no variant takes invocations of an endpoint whose dispatch is paused', () => {
  expect(trafficOf(withGates(ENDPOINT, ['dispatch'], 'paused', ADA))).toBe(NO_TRAFFIC);
  expect(trafficOf(withGates(ENDPOINT, ['intake'], 'paused', ADA))).not.toBe(NO_TRAFFIC);
});
