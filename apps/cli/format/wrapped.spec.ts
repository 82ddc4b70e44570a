import { describe, expect, it } from 'vitest';
import { wrapped } from './wrapped.js';

describe('wrapped text', () => {
  it('is broken between words, and a word that is too long stands alone', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('a verylongword b', 5)).toEqual(['a', 'verylongword', 'b']);
    expect(wrapped('', 5)).toEqual([]);
  });
});
