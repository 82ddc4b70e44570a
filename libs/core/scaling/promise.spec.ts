import { describe, expect, test } from 'vitest';
import { EbbError } from '../errors.js';
import { checkPromiseTags, maxKeepWarmFromTags, promiseFromTags } from './promise.js';

const DEFAULT = { kind: 'start', withinMs: 1_000 } as const;

describe('an endpoint is promised', () => {
  test.each([
    ['the default without tags of its own', { team: 'a' }, DEFAULT],
    ['a start in time', { 'ebb:start-within-seconds': '30' }, { kind: 'start', withinMs: 30_000 }],
    ['an end in time', { 'ebb:done-within-seconds': '0.25' }, { kind: 'done', withinMs: 250 }],
    ['a start at once', { 'ebb:start-within-seconds': '0' }, { kind: 'start', withinMs: 0 }],
    ['the default if its tag cannot be read', { 'ebb:start-within-seconds': 'soon' }, DEFAULT],
  ])('%s', (_sentence, tags, promise) => {
    expect(promiseFromTags(tags as Record<string, string>, DEFAULT)).toEqual(promise);
  });
});

test('a tag sets the longest keep-warm time of an endpoint', () => {
  expect(maxKeepWarmFromTags({ 'ebb:keep-warm-seconds': '90.5' }, 1)).toBe(90_500);
  expect(maxKeepWarmFromTags({}, 1)).toBe(1);
});

function refusal(tags: Record<string, string>): unknown {
  try {
    checkPromiseTags(tags);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the check of an endpoint’s tags', () => {
  test.each(['', 'soon', '-1', '86401', '1e3', '0x10', ' 5', '1.2345', 'Infinity'])('refuses the value %j', (text) => {
    for (const tag of ['ebb:start-within-seconds', 'ebb:done-within-seconds', 'ebb:keep-warm-seconds']) {
      expect(refusal({ [tag]: text })).toEqual(
        new EbbError(
          'InvalidRequest',
          `The tag ${tag} must be a number of seconds from 0 to 86400, such as 30 or 2.5; it is '${text}'.`,
        ),
      );
    }
  });

  test('refuses two promises', () => {
    expect(refusal({ 'ebb:start-within-seconds': '1', 'ebb:done-within-seconds': '9' })).toEqual(
      new EbbError(
        'InvalidRequest',
        'Only one of the tags ebb:start-within-seconds and ebb:done-within-seconds may be set.',
      ),
    );
  });

  test('accepts all other tags', () => {
    expect(refusal({ 'ebb:note': 'soon', 'start-within-seconds': 'soon' })).toBeUndefined();
  });
});
