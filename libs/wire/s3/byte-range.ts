import type { ByteRange } from '../../core/ports/objects.js';
import { S3Error } from './errors.js';

const RANGE = /^bytes=(\d*)-(\d*)$/;

/**
 * Reads a `Range` header. As RFC 9110 and S3 require, a malformed range and a list of ranges are ignored, and the
 * answer is the whole object. Raises `InvalidRange` for a range that no object has.
 */
export function parseRange(header: string | undefined): ByteRange | undefined {
  const match = RANGE.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') return { first: -suffixLength(match[2]!) };
  const first = Number(match[1]);
  if (match[2] === '') return { first };
  const last = Number(match[2]);
  return last < first ? undefined : { first, last };
}

/** Returns the range within an object of this size, both ends included. Raises `InvalidRange` outside it. */
export function clipRange(range: ByteRange, sizeBytes: number): { first: number; last: number } {
  const first = range.first < 0 ? Math.max(0, sizeBytes + range.first) : range.first;
  if (first >= sizeBytes) throw unsatisfiable({ ActualObjectSize: sizeBytes });
  return { first, last: Math.min(range.last ?? sizeBytes - 1, sizeBytes - 1) };
}

/** Reads `x-amz-copy-source-range`. Unlike in `Range`, both ends are required and must lie inside the object. */
export function parseCopyRange(header: string, sizeBytes: number): { first: number; last: number } {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  if (!match || Number(match[2]) < Number(match[1])) {
    throw new S3Error(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
    );
  }
  const range = { first: Number(match[1]), last: Number(match[2]) };
  if (range.last < sizeBytes) return range;
  throw new S3Error('InvalidArgument', `Range specified is not valid for source object of size: ${sizeBytes}`, {
    ArgumentName: 'x-amz-copy-source-range',
    ArgumentValue: header,
  });
}

/** The last zero bytes (`bytes=-0`) are outside every object. */
function suffixLength(digits: string): number {
  const length = Number(digits);
  if (length === 0) throw unsatisfiable({});
  return length;
}

function unsatisfiable(details: Record<string, number>): S3Error {
  return new S3Error('InvalidRange', 'The requested range is not satisfiable', details);
}
