import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tags } from '../tags.js';
import { checkWarmTags, chooseToResume, divideScaleIn, pausedBeyond, warmTierFromTags } from './warm-tier.js';

describe('the tags of an endpoint give a variant a warm tier of', () => {
  test.each<[string, Tags, number, number]>([
    ['no instances by default', {}, 0, 900_000],
    ['two instances for a quarter of an hour', { 'ebb:warm-instances': '2' }, 2, 900_000],
    ['two instances for a minute', { 'ebb:warm-instances': '2', 'ebb:warm-seconds': '60' }, 2, 60_000],
    ['its own number if there is one', { 'ebb:warm-instances': '2', 'ebb:warm-instances/a': '5' }, 5, 900_000],
    ['no instances if its own number is 0', { 'ebb:warm-instances': '2', 'ebb:warm-instances/a': '0' }, 0, 900_000],
    ['no instances if only another variant has a number', { 'ebb:warm-instances/b': '5' }, 0, 900_000],
    ['no instances if they are kept for 0 seconds', { 'ebb:warm-instances': '2', 'ebb:warm-seconds': '0' }, 0, 0],
    ['the values that can be read', { 'ebb:warm-instances': 'two', 'ebb:warm-seconds': '60' }, 0, 60_000],
  ])('%s', (_sentence, tags, instances, forMs) => {
    expect(warmTierFromTags(tags, 'a')).toEqual({ instances, forMs });
  });
});

describe('a tag of the warm tier', () => {
  test.each<[string, string, string]>([
    ['ebb:warm-instances', '-1', 'a whole number of instances from 0 to 1000'],
    ['ebb:warm-instances', '1001', 'a whole number of instances from 0 to 1000'],
    ['ebb:warm-instances/main', '1.5', 'a whole number of instances from 0 to 1000'],
    ['ebb:warm-seconds', '86401', 'a whole number of seconds from 0 to 86400'],
    ['ebb:warm-seconds', '', 'a whole number of seconds from 0 to 86400'],
  ])('%s may not be "%s"', (tag, text, rule) => {
    expect(() => checkWarmTags({ [tag]: text })).toThrow(
      expect.objectContaining({
        code: 'InvalidRequest',
        message: expect.stringContaining(`The tag ${tag} must be ${rule}`),
      }),
    );
  });

  test('may have any value within its bounds, and other tags any value', () => {
    const tags = {
      'ebb:warm-instances': '1000',
      'ebb:warm-instances/main': '0',
      'ebb:warm-seconds': '86400',
      team: 'x',
    };
    expect(() => checkWarmTags(tags)).not.toThrow();
  });
});

describe('of the instances that scale-in takes', () => {
  const tier = { instances: 3, forMs: 60_000 };

  test('as many are paused as there is room for, and the others are drained', () => {
    expect(divideScaleIn(['a', 'b', 'c'], 1, tier)).toEqual({ pause: ['a', 'b'], drain: ['c'] });
    expect(divideScaleIn(['a'], 3, tier)).toEqual({ pause: [], drain: ['a'] });
  });

  test('each is paused or drained, never beyond the tier, and none is drained while there is room', () => {
    const numbers = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(fc.array(fc.nat()), numbers, numbers, (chosen, pausedAlready, instances) => {
        const { pause, drain } = divideScaleIn(chosen, pausedAlready, { instances, forMs: 1 });
        expect([...pause, ...drain]).toEqual(chosen);
        expect(pause).toHaveLength(Math.min(chosen.length, Math.max(0, instances - pausedAlready)));
      }),
    );
  });
});

describe('of the paused instances', () => {
  const paused = [{ pausedUntil: 10 }, { pausedUntil: 30 }, { pausedUntil: 20 }];

  test('the last paused are resumed first', () => {
    expect(chooseToResume(paused, 2)).toEqual([{ pausedUntil: 30 }, { pausedUntil: 20 }]);
    expect(chooseToResume(paused, -1)).toEqual([]);
  });

  test('the first paused are ended if there are more than the tier allows', () => {
    expect(pausedBeyond(paused, { instances: 1, forMs: 1 })).toEqual([{ pausedUntil: 20 }, { pausedUntil: 10 }]);
    expect(pausedBeyond(paused, { instances: 3, forMs: 1 })).toEqual([]);
  });
});
