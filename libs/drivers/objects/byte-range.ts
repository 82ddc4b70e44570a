import { EbbError } from '../../core/errors.js';
import type { ByteRange } from '../../core/ports/objects.js';

/**
 * Resolves a range to the first and last byte in an object of this size. Raises `InvalidRange` if the object has no
 * byte in the range.
 */
export function resolveRange(range: ByteRange, sizeBytes: number): { first: number; last: number } {
  const first = range.first < 0 ? Math.max(0, sizeBytes + range.first) : range.first;
  const last = Math.min(range.last ?? sizeBytes - 1, sizeBytes - 1);
  if (first > last) throw new EbbError('InvalidRange', 'The requested range is not satisfiable.');
  return { first, last };
}
