import { S3Error } from './errors.js';

/** Reads a whole number from the query. Raises `InvalidArgument` with S3's text for any other value. */
export function queryNumber(query: URLSearchParams, name: string, otherwise: number, max = otherwise): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), max);
  throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/** Reads `partNumber`, a number from 1 to 10,000. Raises `InvalidArgument`. */
export function partNumberOf(query: URLSearchParams): number {
  const text = query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 10_000) return number;
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}

/**
 * Returns the function that writes names in the answer: `encoding-type=url` makes it percent-encode them. Raises
 * `InvalidArgument`.
 */
export function nameEncoder(query: URLSearchParams): (name: string) => string {
  const type = query.get('encoding-type');
  if (type === null || type === '') return (name) => name;
  if (type !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
      ArgumentName: 'encoding-type',
      ArgumentValue: type,
    });
  }
  // Slashes stay readable, as in S3's own answers. A space becomes %20, which every decoder understands.
  return (name) => encodeURIComponent(name.toWellFormed()).replaceAll('%2F', '/');
}
