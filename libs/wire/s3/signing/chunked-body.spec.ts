import { array, assert, infiniteStream, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedBody } from './chunked-body.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function decode(...pieces: Uint8Array[]) {
  const body = new ChunkedBody();
  const content: number[] = [];
  for (const piece of pieces) for (const part of body.push(piece)) content.push(...part);
  body.finish();
  return { text: new TextDecoder().decode(Uint8Array.from(content)), trailers: Object.fromEntries(body.trailers) };
}

const SIGNATURE = `chunk-signature=${'a'.repeat(64)}`;
const TRAILER_SIGNATURE = `x-amz-trailer-signature:${'b'.repeat(64)}`;
const CHECKSUM = 'x-amz-checksum-crc32c:sOO8/Q==';

describe('an aws-chunked body', () => {
  it('is read with unsigned chunks and a trailing checksum', () => {
    expect(decode(bytesOf('5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n'))).toEqual({
      text: 'hello world',
      trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
    });
  });

  it('is read with signed chunks', () => {
    expect(decode(bytesOf(`5;${SIGNATURE}\r\nhello\r\n0;${SIGNATURE}\r\n\r\n`)).text).toBe('hello');
  });

  it.each([
    ['the empty line of HTTP', `${CHECKSUM}\r\n${TRAILER_SIGNATURE}\r\n\r\n`],
    ['an empty line before the signature', `${CHECKSUM}\n\r\n${TRAILER_SIGNATURE}\r\n\r\n`],
    ['no empty line', `${CHECKSUM}\r\n${TRAILER_SIGNATURE}\r\n`],
  ])('is read with a signed trailer that has %s', (_, trailer) => {
    const { text, trailers } = decode(bytesOf(`5;${SIGNATURE}\r\nhello\r\n0;${SIGNATURE}\r\n${trailer}`));
    expect([text, trailers['x-amz-checksum-crc32c']]).toEqual(['hello', 'sOO8/Q==']);
  });

  it('reads the same wherever the network splits it', () => {
    assert(
      property(array(string({ minLength: 1 })), infiniteStream(integer({ min: 1, max: 7 })), (texts, cuts) => {
        const chunks = texts.map((text) => `${bytesOf(text).length.toString(16)};${SIGNATURE}\r\n${text}\r\n`);
        const framed = bytesOf(`${chunks.join('')}0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < framed.length;) {
          const next = at + cuts.next().value!;
          pieces.push(framed.subarray(at, next));
          at = next;
        }
        const decoded = decode(...pieces);
        expect(decoded.text).toBe(new TextDecoder().decode(bytesOf(texts.join(''))));
        expect(decoded.trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
      }),
    );
  });

  it.each([
    ['is cut inside a chunk', '5\r\nhel', 'IncompleteBody'],
    ['is cut before its last chunk', '5\r\nhello\r\n', 'IncompleteBody'],
    ['is cut inside a trailer', '0\r\nx-amz-check', 'IncompleteBody'],
    ['is empty', '', 'IncompleteBody'],
    ['has a chunk without a size', 'hello\r\n', 'InvalidRequest'],
    ['has a chunk longer than its header says', '2\r\nhello\r\n0\r\n\r\n', 'InvalidRequest'],
    ['has a chunk header without an end', 'a'.repeat(2000), 'InvalidRequest'],
    ['goes on after its last chunk', '0\r\n\r\nmore\r\n', 'MalformedTrailerError'],
    ['has a trailer without a name', '0\r\nnonsense\r\n\r\n', 'MalformedTrailerError'],
    ['has too many trailers', `0\r\n${'a:b\r\n'.repeat(20)}\r\n`, 'InvalidRequest'],
  ])('that %s is refused', (_, framed, code) => {
    expect(() => decode(bytesOf(framed))).toThrow(expect.objectContaining({ code }));
  });
});
