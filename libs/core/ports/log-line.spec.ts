import { expect, test } from 'vitest';
import { MAX_LOG_LINE_CHARACTERS, toLogLines } from './log-line.js';

test.each([
  ['', ['']],
  ['one', ['one']],
  ['one\r', ['one']],
  ['one\ntwo', ['one', 'two']],
  ['one\r\n\r\ntwo\n', ['one', '', 'two', '']],
  ['a\rb', ['a\rb']],
])('%j becomes %j', (text, lines) => {
  expect(toLogLines(text)).toEqual(lines);
});

test('only a line that is too long is cut, with a mark', () => {
  const [long, short] = toLogLines(`${'x'.repeat(MAX_LOG_LINE_CHARACTERS + 1)}\nshort`);
  expect(long).toHaveLength(MAX_LOG_LINE_CHARACTERS);
  expect(long).toMatch(/^x+ … \(cut\)$/);
  expect(short).toBe('short');
});
