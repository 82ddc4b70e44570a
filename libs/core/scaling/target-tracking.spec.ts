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
    ['rounded up from the least excess', 5, 5.001, 10, 11],
    ['what there is where the metric is on its target', 5, 5, 7, 7],
    ['not one more for what binary fractions add', 0.1, 0.1, 3, 3],
    ['far more at once where it takes that', 5, 240, 1, 48],
    ['nothing for nothing', 5, 0, 7, 0],
    ['one for next to nothing', 5, 0.001, 1, 1],
  ])('%s: at a target of %d, %d on %d takes %d', (_sentence, target, value, under, capacity) => {
    expect(trackedCapacity(tracking(target), value, under)).toBe(capacity);
  });
});

describe('on the way in', () => {
  test.each<[string, number, number, number]>([
    ['as many stay as are needed', 7, 10, 7],
    ['no more than half go at once', 1, 10, 5],
    ['half is rounded for keeping', 1, 5, 3],
    ['the last but one may go', 1, 2, 1],
    ['the last may go', 0, 1, 0],
    ['nobody goes where all are needed', 4, 4, 4],
    ['nobody comes where more are needed', 9, 4, 4],
    ['nothing comes of nothing', 0, 0, 0],
  ])('%s: %d needed of %d leaves %d', (_sentence, needed, current, capacity) => {
    expect(trackedCapacityIn(needed, current)).toBe(capacity);
  });
});
