import { describe, expect, test } from 'vitest';
import type { StepAdjustment, StepScaling } from './scaling-policy.js';
import { type Breach, steppedCapacity } from './step-scaling.js';

function rule(of: Partial<StepScaling>): StepScaling {
  return {
    kind: 'StepScaling',
    adjustmentType: 'ChangeInCapacity',
    steps: [],
    cooldownMs: 0,
    aggregation: 'Average',
    ...of,
  };
}

const above = (value: number): Breach => ({ value, threshold: 50, comparison: 'GreaterThanOrEqualToThreshold' });
const below = (value: number): Breach => ({ value, threshold: 50, comparison: 'LessThanThreshold' });

describe('with steps above an alarm at 50', () => {
  const steps: readonly StepAdjustment[] = [
    { lowerBound: 0, upperBound: 10, adjustment: 0 },
    { lowerBound: 10, upperBound: 20, adjustment: 10 },
    { lowerBound: 20, adjustment: 30 },
  ];

  // The example in Application Auto Scaling's guide: ten instances, by percent.
  test.each([
    [59.9, 10],
    [60, 11],
    [69.9, 11],
    [70, 13],
    [1_000, 13],
  ])('%d leads from 10 to %d', (value, capacity) => {
    const percent = rule({ steps, adjustmentType: 'PercentChangeInCapacity' });
    expect(steppedCapacity(percent, above(value), 10)).toBe(capacity);
  });

  test('none is for a value on the other side', () => {
    expect(steppedCapacity(rule({ steps }), above(49), 10)).toBeUndefined();
  });
});

describe('with steps below an alarm at 50', () => {
  const steps: readonly StepAdjustment[] = [
    { lowerBound: -10, upperBound: 0, adjustment: -1 },
    { lowerBound: -20, upperBound: -10, adjustment: -2 },
    { upperBound: -20, adjustment: -4 },
  ];

  test.each([
    [50, 9],
    [40.1, 9],
    [40, 8],
    [30.1, 8],
    [30, 6],
    [0, 6],
  ])('%d leads from 10 to %d', (value, capacity) => {
    expect(steppedCapacity(rule({ steps }), below(value), 10)).toBe(capacity);
  });

  test('none is for a value on the other side', () => {
    expect(steppedCapacity(rule({ steps }), below(51), 10)).toBeUndefined();
  });
});

describe('a percentage is rounded', () => {
  test.each<[string, number, number, number]>([
    ['down if it is more than one', 10, 127, 22],
    ['down from 6.7', 10, 67, 16],
    ['up to one between zero and one', 1, 58, 2],
    ['up to one from almost zero', 1, 1, 2],
    ['to minus one between minus one and zero', 10, -5, 9],
    ['towards zero below minus one', 10, -67, 4],
    ['not if it is whole', 10, 70, 17],
    ['not if it takes all', 10, -100, 0],
    ['not if it is zero', 10, 0, 10],
  ])('%s: from %d by %d %% to %d', (_sentence, current, adjustment, capacity) => {
    const percent = rule({ adjustmentType: 'PercentChangeInCapacity', steps: [{ adjustment }] });
    expect(steppedCapacity(percent, above(50), current)).toBe(capacity);
  });
});

describe('the minimum magnitude', () => {
  test.each<[string, number, number, number]>([
    ['raises a small percentage', 4, 25, 6],
    ['leaves a large percentage alone', 10, 50, 15],
    ['works downwards as well', 4, -25, 2],
    ['does not go below zero', 1, -25, 0],
    ['applies to a percentage of zero', 0, 25, 2],
    ['does not apply to zero per cent', 4, 0, 4],
  ])('%s: magnitude 2, from %d by %d %% to %d', (_sentence, current, adjustment, capacity) => {
    const percent = rule({
      adjustmentType: 'PercentChangeInCapacity',
      steps: [{ adjustment }],
      minAdjustmentMagnitude: 2,
    });
    expect(steppedCapacity(percent, above(50), current)).toBe(capacity);
  });
});

describe('the adjustment is', () => {
  test.each<[string, StepScaling['adjustmentType'], number, number]>([
    ['added', 'ChangeInCapacity', 3, 8],
    ['taken away', 'ChangeInCapacity', -3, 2],
    ['taken away down to zero', 'ChangeInCapacity', -9, 0],
    ['the new capacity, upwards', 'ExactCapacity', 7, 7],
    ['the new capacity, downwards', 'ExactCapacity', 2, 2],
  ])('%s by %s of %d: from 5 to %d', (_sentence, adjustmentType, adjustment, capacity) => {
    expect(steppedCapacity(rule({ adjustmentType, steps: [{ adjustment }] }), above(50), 5)).toBe(capacity);
  });
});
