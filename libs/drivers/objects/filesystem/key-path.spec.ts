import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyPath, keyPiece } from './key-path.js';

it.each([
  ['out/7.json', 'out+/7.json'],
  ['out', 'out'],
  ['a//b/', 'a+/+/b+/%'],
  ['.', '%2E'],
  ['../..', '..+/%2E%2E'],
  ['100%/a+b~c', '100%25+/a%2Bb%7Ec'],
  ['é', '%C3%A9'],
  ['x'.repeat(250), 'x'.repeat(250)],
  ['x'.repeat(251), `${'x'.repeat(250)}~/x`],
  [`${'x'.repeat(251)}/y`, `${'x'.repeat(250)}~/x+/y`],
])('maps %j to %s', (key, path) => {
  expect(toPath(key)).toBe(path);
});

it('maps every key to its own path of valid file names, and reads the key back', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 600 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(key, (text) => {
      const names = toPath(text).split('/');
      expect(names.every((name) => /^[\w.%+~-]{1,255}$/.test(name) && name !== '.' && name !== '..')).toBe(true);
      expect(names.map((name) => keyPiece(name)!.text).join('')).toBe(text);
      expect(names.map((name) => keyPiece(name)!.isDirectory)).toEqual(names.map((_, i) => i < names.length - 1));
    }),
  );
});

function toPath(key: string): string {
  const { directories, file } = keyPath(key);
  return [...directories, file].join('/');
}
