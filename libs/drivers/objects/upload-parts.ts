import { EbbError } from '../../core/errors.js';

/** The most parts that one object may have in S3. */
export const MAX_PARTS = 10_000;

/** Raises `InvalidRequest` unless this is a valid part number. */
export function requirePartNumber(number: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return;
  throw new EbbError('InvalidRequest', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive.`);
}

/** Raises `InvalidPart` unless there is at least one part and the numbers ascend. */
export function requirePartOrder(parts: readonly { readonly number: number }[]): void {
  if (parts.length === 0) throw new EbbError('InvalidPart', 'You must specify at least one part.');
  const ascending = parts.every((part, i) => i === 0 || part.number > parts[i - 1]!.number);
  if (!ascending) throw new EbbError('InvalidPart', 'The list of parts was not in ascending order.');
}
