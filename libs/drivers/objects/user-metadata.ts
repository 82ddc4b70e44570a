import type { ObjectHead, PutOptions } from '../../core/ports/objects.js';

/** The user's metadata as an object's head shows it: S3 keeps names in lower case. */
export function userMetadata({ metadata = {} }: Pick<PutOptions, 'metadata'>): ObjectHead['metadata'] {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}
