import { expect, it } from 'vitest';
import { LEADERSHIP_MS, type Leader, claim } from './leader.js';

const LED: Leader = { holder: 'first', term: 3, until: 1_000 };

it('lets the holder prolong its duty within the same term', () => {
  expect(claim(LED, 'first', 900)).toEqual({ holder: 'first', term: 3, until: 900 + LEADERSHIP_MS });
});

it('lets the holder prolong its duty after its time if no other has taken over', () => {
  expect(claim(LED, 'first', 5_000)).toEqual({ holder: 'first', term: 3, until: 5_000 + LEADERSHIP_MS });
});

it('refuses any other while the duty is held', () => {
  expect(claim(LED, 'second', 999)).toBe(LED);
});

it('lets another take over in a new term when the time is over', () => {
  expect(claim(LED, 'second', 1_000)).toEqual({ holder: 'second', term: 4, until: 1_000 + LEADERSHIP_MS });
});
