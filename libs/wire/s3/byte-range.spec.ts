import { describe, expect, it } from 'vitest';
import { clipRange, parseCopyRange, parseRange } from './byte-range.js';

describe('a Range header', () => {
  it.each([
    ['bytes=0-4', { first: 0, last: 4 }],
    ['bytes=5-', { first: 5 }],
    ['bytes=-3', { first: -3 }],
  ])('%s is understood', (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  it.each([undefined, '', 'bytes', 'bytes=-', 'bytes=4-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b'])(
    '%s is not a range, so the whole object is the answer',
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );

  it('of the last zero bytes is never satisfiable', () => {
    expect(() => parseRange('bytes=-0')).toThrow(expect.objectContaining({ code: 'InvalidRange', status: 416 }));
  });

  it.each([
    [{ first: 0, last: 99 }, 10, { first: 0, last: 9 }],
    [{ first: 9 }, 10, { first: 9, last: 9 }],
    [{ first: -3 }, 10, { first: 7, last: 9 }],
    [{ first: -30 }, 10, { first: 0, last: 9 }],
  ])('%j of %d bytes is %j', (range, sizeBytes, clipped) => {
    expect(clipRange(range, sizeBytes)).toEqual(clipped);
  });

  it.each([
    [{ first: 10 }, 10],
    [{ first: 0 }, 0],
    [{ first: -1 }, 0],
  ])('%j of %d bytes is outside', (range, sizeBytes) => {
    expect(() => clipRange(range, sizeBytes)).toThrow(expect.objectContaining({ code: 'InvalidRange' }));
  });
});

describe('the range of a copy', () => {
  it('has both ends inside the source', () => {
    expect(parseCopyRange('bytes=2-9', 10)).toEqual({ first: 2, last: 9 });
  });

  it.each(['bytes=2-10', 'bytes=2-', 'bytes=-2', 'bytes=3-2', '2-3'])('is refused as %s of ten bytes', (text) => {
    expect(() => parseCopyRange(text, 10)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});
