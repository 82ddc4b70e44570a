import { describe, expect, it } from 'vitest';
import { another, pair, seconds, time, wholeNumber } from './option-values.js';

describe('an option', () => {
  it.each([
    ['90', 90],
    ['1.5s', 1.5],
    ['5m', 300],
    ['2h', 7_200],
    ['1d', 86_400],
  ])('reads %s as a span of %d seconds', (text, value) => {
    expect(seconds(text)).toBe(value);
  });

  it.each(['', 'm', '-5s', '5 m', '5w', '1e3'])('refuses %j as a span', (text) => {
    expect(() => seconds(text)).toThrow('span of time');
  });

  it('reads a time in any zone, and how long ago something was', () => {
    expect(time('2026-01-31T12:00:00+01:00')).toBe('2026-01-31T11:00:00.000Z');
    expect(Math.abs(Date.now() - 600_000 - Date.parse(time('10m')))).toBeLessThan(5_000);
    expect(() => time('yesterday')).toThrow('must be a time');
  });

  it('collects pairs, of which a value may have anything in it', () => {
    expect(pair('b=x=y', pair('a=1'))).toEqual({ a: '1', b: 'x=y' });
    expect(() => pair('=1')).toThrow('NAME=VALUE');
  });

  it('takes whole numbers within bounds only', () => {
    expect(wholeNumber(0, 5)('5')).toBe(5);
    for (const text of ['6', '-1', '1.5', 'x', '']) expect(() => wholeNumber(0, 5)(text)).toThrow('from 0 to 5');
    expect(another('b', ['a'])).toEqual(['a', 'b']);
  });
});
