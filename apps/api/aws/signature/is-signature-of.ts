import { type KeyObject, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns whether `signature` is the signature of the text. The time this takes does not depend on how much of it is
 * right.
 */
export function isSignatureOf(
  text: string,
  signature: string,
  key: KeyObject | string,
  { algorithm, encoding }: { readonly algorithm: 'sha256' | 'sha1'; readonly encoding: 'hex' | 'base64' } = V4,
): boolean {
  const expected = Buffer.from(createHmac(algorithm, key).update(text).digest(encoding));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const V4 = { algorithm: 'sha256', encoding: 'hex' } as const;
