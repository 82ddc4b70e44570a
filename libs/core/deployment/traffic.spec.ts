import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Deployment } from '../endpoint/deployment.js';
import type { DeployedVariant } from '../endpoint/variant.js';
import { divideBacklog, freeToTake, trafficOf, weightsInForce } from './traffic.js';

describe('a backlog is divided over the variants', () => {
  it.each<[sentence: string, queued: number, weights: number[], expected: number[]]>([
    ['all to the only variant', 7, [1], [7]],
    ['by weight', 10, [3, 1, 1], [6, 2, 2]],
    ['with the rest of rounding to the largest remainders', 10, [2, 1, 4], [3, 1, 6]],
    ['one invocation to one variant', 1, [1, 1], [1, 0]],
    ['one invocation to the variant with the greater weight', 1, [1, 2], [0, 1]],
    ['none to a weight of zero', 5, [0, 1], [0, 5]],
    ['equally if all weights are zero', 4, [0, 0], [2, 2]],
    ['an empty backlog into zeros', 0, [1, 1], [0, 0]],
  ])('%s', (_sentence, queued, weights, expected) => {
    expect(divideBacklog(queued, weights.map(variant))).toEqual(expected);
  });

  it.each<[sentence: string, weights: number[], maxima: number[], expected: number[]]>([
    ['none to a variant that may have no instances, while another may', [9, 1], [0, 2], [0, 5]],
    ['none to a weight of zero, even if only that variant may have instances', [1, 0], [0, 2], [5, 0]],
    ['by weight if no variant may have instances', [4, 1], [0, 0], [4, 1]],
  ])('%s', (_sentence, weights, maxima, expected) => {
    expect(divideBacklog(5, weights.map(variant), maxima)).toEqual(expected);
  });

  test('into whole numbers that add up to it, each within one of its share', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.nat(1_000_000), weights, (queued, given) => {
        const parts = divideBacklog(queued, given.map(variant));
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(queued);
        const sum = given.reduce((total, weight) => total + weight, 0);
        for (const [index, part] of parts.entries()) {
          const share = sum === 0 ? queued / given.length : (queued * given[index]!) / sum;
          expect(Math.abs(part - share)).toBeLessThan(1 + 1e-6);
        }
      }),
    );
  });
});

test('the serving variants have all traffic until a deployment has some', () => {
  const variants = [variant(3), variant(0)];
  expect(trafficOf({ status: 'InService', variants })).toMatchObject({
    serving: [{ weight: 3 }, { weight: 0 }],
    rollingOut: [],
    newShare: 0,
  });
});

test.each([
  ['before any traffic has moved, the old side', 0, ['a']],
  ['while the new side has a share, the old side still', 0.1, ['a']],
  ['when all has moved, the new side', 1, ['new']],
])('%s takes any invocation, and a variant without weight never does', (_when, newShare, expected) => {
  const traffic = { serving: [side('a', 1), side('b', 0)], rollingOut: [side('new', 1), side('b', 0)], newShare };
  expect(freeToTake(traffic).map(({ variantName }) => variantName)).toEqual(expected);
});

test('both sides take invocations if the rollback failed', () => {
  const deployment = { traffic: 1, variants: [{ ...variant(2), deploymentId: 'second' }] } as unknown as Deployment;
  const stuck = { status: 'UpdateRollbackFailed', variants: [variant(3)], deployment } as const;
  expect(trafficOf(stuck)).toMatchObject({
    serving: [
      { deploymentId: 'first', weight: 3 },
      { deploymentId: 'second', weight: 2 },
    ],
    rollingOut: [],
    newShare: 0,
  });
  expect(weightsInForce(stuck)).toEqual({ serving: 1, rollingOut: 1 });
});

const side = (variantName: string, weight: number) => ({ deploymentId: variantName, variantName, weight });

function variant(desiredWeight: number): DeployedVariant {
  return {
    name: 'main',
    modelName: 'model',
    initialInstanceCount: 1,
    initialVariantWeight: desiredWeight,
    deploymentId: 'first',
    container: { image: 'model', environment: {} },
    slots: 1,
    desiredWeight,
    desiredInstanceCount: 1,
  };
}
