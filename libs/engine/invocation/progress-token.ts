import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { World } from '../world.js';

/**
 * The key of this process's tokens, by its secrets. It need not be stored, because an attempt does not outlive its
 * process.
 */
const KEYS = new WeakMap<World['secrets'], string>();
const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Returns the token with which the container of one attempt may report on that attempt, and nothing else. It is safe in
 * a URL. One is made for each attempt, so it must cost very little.
 */
export function progressToken(secrets: World['secrets'], { id, attempt }: Pick<Invocation, 'id' | 'attempt'>): string {
  return `${attempt}~${id}~${signatureOf(secrets, `${attempt}~${id}`)}`;
}

/** Returns the attempt that a token was made for. Raises `AccessDenied` for an invalid token. */
export function readProgressToken(
  secrets: World['secrets'],
  token: string,
): { readonly id: string; readonly attempt: number } {
  const [attempt = '', id = '', signature = ''] = token.split('~');
  if (secrets.matches(signedText(secrets, `${attempt}~${id}`), signature)) return { attempt: Number(attempt), id };
  throw new EbbError('AccessDenied', 'The address is not one that Ebb gave to a container.');
}

function signatureOf(secrets: World['secrets'], text: string): string {
  return secrets.hash(signedText(secrets, text));
}

/**
 * Returns the text that is hashed. The key is on both sides, so that one hash cannot be extended to the hash of a
 * longer text.
 */
function signedText(secrets: World['secrets'], text: string): string {
  let key = KEYS.get(secrets);
  if (key === undefined) KEYS.set(secrets, (key = secrets.random(KEY_ALPHABET, 43)));
  return `${key}/${text}/${key}`;
}
