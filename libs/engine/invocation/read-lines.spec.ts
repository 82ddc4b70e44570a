import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LineLimits, readLines } from './read-lines.js';

const ROOMY: LineLimits = { maxLines: 100, maxBytes: 10_000 };

async function linesOf(chunks: readonly Uint8Array[], limits = ROOMY): Promise<[number, string][]> {
  const lines: [number, string][] = [];
  for await (const { number, bytes } of readLines(stream(chunks), limits)) {
    lines.push([number, new TextDecoder().decode(bytes)]);
  }
  return lines;
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

it('yields lines with their numbers, and counts blank lines without yielding them', async () => {
  const text = 'one\n\n  \t\r\nfour\r\nfive';
  expect(await linesOf([utf8(text)])).toEqual([
    [1, 'one'],
    [4, 'four\r'],
    [5, 'five'],
  ]);
});

it('yields the same lines regardless of how the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'ü', '\n', ' ')),
      fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
      async (parts, cuts) => {
        const whole = utf8(parts.join(''));
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < whole.length;) {
          const size = cuts.next().value;
          chunks.push(whole.subarray(at, at + size));
          at += size;
        }
        const split = parts.join('').split('\n');
        const expected = split.flatMap((line, at) => (line.trim() === '' ? [] : [[at + 1, line]]));
        expect(await linesOf(chunks)).toEqual(expected);
      },
    ),
  );
});

it('accepts at most the limit of lines, with or without a newline at the end', async () => {
  const limits = { ...ROOMY, maxLines: 2 };
  expect(await linesOf([utf8('a\nb\n')], limits)).toHaveLength(2);
  expect(await linesOf([utf8('a\nb')], limits)).toHaveLength(2);
  await expect(linesOf([utf8('a\nb\nc')], limits)).rejects.toMatchObject({ code: 'LimitExceeded' });
  await expect(linesOf([utf8('a\nb\n\n')], limits)).rejects.toMatchObject({ code: 'LimitExceeded' });
});

it('accepts at most the limit of bytes', async () => {
  const limits = { ...ROOMY, maxBytes: 4 };
  expect(await linesOf([utf8('a\nbc')], limits)).toHaveLength(2);
  await expect(linesOf([utf8('a\nbc'), utf8('d')], limits)).rejects.toMatchObject({ code: 'BodyTooLarge' });
});
