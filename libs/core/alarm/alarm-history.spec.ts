import { expect, test } from 'vitest';
import { stateHistoryItem } from './alarm-history.js';

test('a change of state is recorded with both states, their reasons and their data', () => {
  const before = { name: 'a', state: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' } as const;
  const after = { name: 'a', state: 'ALARM', stateReason: 'three crossed', stateReasonData: '{"period":60}' } as const;
  const { data, ...item } = stateHistoryItem('7', 1_000, before, after);
  expect(item).toEqual({
    id: '7',
    alarmName: 'a',
    at: 1_000,
    type: 'StateUpdate',
    summary: 'Alarm updated from INSUFFICIENT_DATA to ALARM',
  });
  expect(JSON.parse(data)).toEqual({
    version: '1.0',
    oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: 'Unchecked: Initial alarm creation' },
    newState: { stateValue: 'ALARM', stateReason: 'three crossed', stateReasonData: { period: 60 } },
  });
});

test('data that is not JSON is recorded as text', () => {
  const state = { name: 'a', state: 'OK', stateReason: '', stateReasonData: 'as I said' } as const;
  expect(JSON.parse(stateHistoryItem('7', 1_000, state, state).data)).toMatchObject({
    newState: { stateReasonData: 'as I said' },
  });
});
