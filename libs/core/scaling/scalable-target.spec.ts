import { describe, expect, test } from 'vitest';
import { NOW, bounds } from '../../../test/support/scaling-samples.js';
import type { DeployedVariant } from '../endpoint/variant.js';
import {
  type CooldownStep,
  NOT_SUSPENDED,
  type ScalableTarget,
  addedWithinCooldown,
  capacityBounds,
  isCoolingDown,
} from './scalable-target.js';

describe('the bounds come from', () => {
  const VARIANT: DeployedVariant = {
    name: 'AllTraffic',
    modelName: 'm',
    initialInstanceCount: 1,
    initialVariantWeight: 1,
    desiredInstanceCount: 3,
    desiredWeight: 1,
    deploymentId: 'first',
    slots: 1,
    container: { image: 'i', environment: {} },
  };
  const TARGET: ScalableTarget = {
    id: '1',
    endpointName: 'e',
    variantName: 'AllTraffic',
    minCapacity: 0,
    maxCapacity: 5,
    suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true },
    createdAt: 0,
  };
  const managed = { enabled: true, minInstanceCount: 2, maxInstanceCount: 8 };

  test('the scalable target, if there is one', () => {
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: managed }, TARGET)).toEqual({
      minimum: 0,
      maximum: 5,
      source: 'scalable target',
      suspended: TARGET.suspended,
    });
  });

  test('the variant’s own managed scaling, without a scalable target', () => {
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: managed }, undefined)).toEqual(
      bounds(2, 8, { source: 'managed instance scaling' }),
    );
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: { enabled: true } }, undefined)).toEqual(
      bounds(1, 1, { source: 'managed instance scaling' }),
    );
  });

  test('the desired count, if nothing scales the variant', () => {
    const fixed = bounds(3, 3, { source: 'desired instance count' });
    expect(capacityBounds(VARIANT, undefined)).toEqual(fixed);
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: { ...managed, enabled: false } }, undefined)).toEqual(
      fixed,
    );
  });
});

describe('a change', () => {
  const STEP: CooldownStep = { policyName: 'p', from: 2, to: 6, cooldownMs: 300_000 };

  test.each<[string, CooldownStep | undefined, boolean]>([
    ['cools down once it is complete', { ...STEP, completedAt: NOW }, true],
    ['cools down until its time is over', { ...STEP, completedAt: NOW - 299_999 }, true],
    ['no longer cools down after that', { ...STEP, completedAt: NOW - 300_000 }, false],
    ['holds before it is complete, regardless of how long that takes', STEP, true],
    ['without a cooldown holds before it is complete', { ...STEP, cooldownMs: 0 }, true],
    ['without a cooldown no longer holds when it is complete', { ...STEP, cooldownMs: 0, completedAt: NOW }, false],
    ['that was never made does not hold', undefined, false],
  ])('%s', (_sentence, step, cools) => {
    expect(isCoolingDown(step, NOW)).toBe(cools);
  });

  test.each<[string, number, CooldownStep, number]>([
    ['all its added instances', 6, STEP, 4],
    ['all its added instances, even if others added more', 9, STEP, 4],
    ['the rest of its added instances', 5, STEP, 3],
    ['nothing if all its added instances are gone', 1, STEP, 0],
    ['nothing if its cooldown is over', 6, { ...STEP, completedAt: NOW - 300_000 }, 0],
  ])('counts with %s: at %d', (_sentence, capacity, out, added) => {
    expect(addedWithinCooldown({ out }, capacity, NOW)).toBe(added);
  });

  test('that scaled in counts with nothing', () => {
    expect(addedWithinCooldown({ in: { ...STEP, from: 6, to: 2 } }, 2, NOW)).toBe(0);
  });
});
