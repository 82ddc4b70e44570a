import { describe, expect, it } from 'vitest';
import { age, bytes, span } from './quantities.js';

describe('a span of time', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [940, '0.9 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [303_000, '5 min 3 s'],
    [3_599_600, '1 h'],
    [7_800_000, '2 h 10 min'],
    [273_600_000, '3 d 4 h'],
  ])('of %i ms is told as %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it('is a dash where nothing has happened yet', () => {
    expect(age(undefined, 0)).toBe('-');
    expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:01:00Z'))).toBe('1 min');
  });
});

describe('a number of bytes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [10_240, '10 KiB'],
    [2 ** 30, '1.0 GiB'],
  ])('of %i is told as %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });
});
