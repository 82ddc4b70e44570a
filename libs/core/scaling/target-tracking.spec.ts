import { describe, expect, test } from 'vitest';
import { trackingPolicy } from '../../../test/support/policy-samples.js';
import type { TargetTracking } from './scaling-policy.js';
import { trackedCapacity, trackedCapacityIn } from './target-tracking.js';

const tracking = (targetValue: number): TargetTracking => ({
  ...(trackingPolicy().rule as TargetTracking),
  targetValue,
});

describe('the capacity that brings a metric to its target is', () => {
  test.each<[string, number, number, number, number]>([
    ['in proportion', 5, 20, 2, 8],
    ['rounded up', 5, 6, 2, 3],
    ['rounded up even from the smallest excess', 5, 5.001, 10, 11],
    ['unchanged if the metric is at its target', 5, 5, 7, 7],
    ['not raised by an error of binary fractions', 0.1, 0.1, 3, 3],
    ['as large as needed at once', 5, 240, 1, 48],
    ['zero for a metric of zero', 5, 0, 7, 0],
    ['one for a metric of almost zero', 5, 0.001, 1, 1],
  ])('%s: at a target of %d, %d on %d takes %d', (_sentence, target, value, under, capacity) => {
    expect(trackedCapacity(tracking(target), value, under)).toBe(capacity);
  });
});

describe('when target tracking scales in', () => {
  test.each<[string, number, number, number]>([
    ['the needed instances stay', 7, 10, 7],
    ['at most half of the instances go at once', 1, 10, 5],
    ['half of an odd count is rounded so that more stay', 1, 5, 3],
    ['the last but one may go', 1, 2, 1],
    ['the last may go', 0, 1, 0],
    ['no instance goes if all are needed', 4, 4, 4],
    ['no instance is added if more are needed', 9, 4, 4],
    ['zero stays zero', 0, 0, 0],
  ])('%s: %d needed of %d leaves %d', (_sentence, needed, current, capacity) => {
    expect(trackedCapacityIn(needed, current)).toBe(capacity);
  });
});
