import type { ObjectHead, PutOptions } from '../../core/ports/objects.js';

/** Returns the user's metadata as an object's head shows it, with names in lower case as in S3. */
export function userMetadata({ metadata = {} }: Pick<PutOptions, 'metadata'>): ObjectHead['metadata'] {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}
