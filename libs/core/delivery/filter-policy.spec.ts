import { describe, expect, it } from 'vitest';
import { matchesFilter, parseFilterPolicy } from './filter-policy.js';
import type { MessageAttribute } from './delivery.js';

const text = (value: string): MessageAttribute => ({ type: 'String', value });
const number = (value: number): MessageAttribute => ({ type: 'Number', value: String(value) });
const list = (...values: unknown[]): MessageAttribute => ({ type: 'String.Array', value: JSON.stringify(values) });

function matches(policy: unknown, attributes?: Record<string, MessageAttribute>): boolean {
  return matchesFilter(parseFilterPolicy(JSON.stringify(policy)), attributes);
}

describe('a filter policy', () => {
  it.each([
    ['an exact string', { a: ['x'] }, { a: text('x') }, true],
    ['another string', { a: ['x'] }, { a: text('X') }, false],
    ['one of several', { a: ['x', 'y'] }, { a: text('y') }, true],
    ['no attributes', { a: ['x'] }, undefined, false],
    ['all names, where one is missing', { a: ['x'], b: ['y'] }, { a: text('x') }, false],
    ['all names', { a: ['x'], b: ['y'] }, { a: text('x'), b: text('y') }, true],
    ['an exact number', { a: [7] }, { a: number(7) }, true],
    ['a string that looks like the number', { a: [7] }, { a: text('7') }, false],
    ['a prefix', { a: [{ prefix: 'ord' }] }, { a: text('order') }, true],
    ['another prefix', { a: [{ prefix: 'ord' }] }, { a: text('border') }, false],
    ['a suffix', { a: [{ suffix: '.png' }] }, { a: text('x.png') }, true],
    ['letters of any case', { a: [{ 'equals-ignore-case': 'Tea' }] }, { a: text('tEA') }, true],
    ['anything but a string', { a: [{ 'anything-but': 'x' }] }, { a: text('y') }, true],
    ['anything but several', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: text('y') }, false],
    ['anything but, without the attribute', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'o' } }] }, { a: text('order') }, false],
    ['a range', { a: [{ numeric: ['>', 1, '<=', 10] }] }, { a: number(10) }, true],
    ['outside a range', { a: [{ numeric: ['>', 1, '<=', 10] }] }, { a: number(1) }, false],
    ['an equal number', { a: [{ numeric: ['=', 3.5] }] }, { a: number(3.5) }, true],
    ['presence', { a: [{ exists: true }] }, { a: text('') }, true],
    ['presence, absent', { a: [{ exists: true }] }, {}, false],
    ['absence', { a: [{ exists: false }] }, {}, true],
    ['absence, present', { a: [{ exists: false }] }, { a: text('x') }, false],
    ['absence or a string', { a: [{ exists: false }, 'x'] }, { a: text('x') }, true],
    ['any member of a list', { a: ['x', { prefix: 'z' }] }, { a: list('w', 'zoo') }, true],
    ['members that are not strings', { a: [null, true] }, { a: list(true) }, true],
    ['no member of a list', { a: ['x'] }, { a: list('y') }, false],
    ['a binary attribute by presence only', { a: ['AQ=='] }, { a: { type: 'Binary', value: 'AQ==' } }, false],
    ['the name of a built-in member of objects', { constructor: [{ exists: false }] }, {}, true],
    ['an empty policy, everything', {}, { a: text('x') }, true],
  ])('matches, or does not match, %s', (_case, policy, attributes, expected) => {
    expect(matches(policy, attributes as Record<string, MessageAttribute>)).toBe(expected);
  });

  it.each([
    ['not JSON', '{', 'it is not valid JSON'],
    ['a list', '[]', 'it must be an object'],
    ['a bare value', '{"a":"x"}', "'a' must be a list of conditions"],
    ['no condition', '{"a":[]}', "'a' must be a list of conditions"],
    ['an address range', '{"a":[{"cidr":"10.0.0.0/8"}]}', "the operator 'cidr' is not supported"],
    ['$or', '{"$or":[{"a":["x"]},{"b":["x"]}]}', 'the operator $or is not supported'],
    ['two operators', '{"a":[{"prefix":"x","suffix":"y"}]}', 'a condition has exactly one operator'],
    ['an unknown comparison', '{"a":[{"numeric":["!=",5]}]}', "'numeric' must have one or two comparisons"],
    ['half a range', '{"a":[{"numeric":[">",5,"<"]}]}', "'numeric' must have one or two comparisons"],
    ['a presence that is not true or false', '{"a":[{"exists":"yes"}]}', "'exists' must be true or false"],
    ['a nested value', '{"a":[["x"]]}', 'a value must be a string, a number, true, false or null'],
    ['six names', '{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}', 'a policy has at most 5 attribute names'],
  ])('is refused with %s', (_case, json, rule) => {
    expect(() => parseFilterPolicy(json)).toThrow(`FilterPolicy: ${rule}`);
  });
});
