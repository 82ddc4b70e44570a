import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { World } from '../world.js';

/** What makes the tokens of this process: an attempt does not outlive the process that made it. */
const KEYS = new WeakMap<World['secrets'], string>();
const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * What lets the container of one attempt report of it, and nobody else of anything; it may stand in a URL. Each attempt has
 * one made, so that it must cost next to nothing.
 */
export function progressToken(secrets: World['secrets'], { id, attempt }: Pick<Invocation, 'id' | 'attempt'>): string {
  return `${attempt}~${id}~${signatureOf(secrets, `${attempt}~${id}`)}`;
}

/** The attempt that a token was made for. Raises `AccessDenied` for what is no token. */
export function readProgressToken(
  secrets: World['secrets'],
  token: string,
): { readonly id: string; readonly attempt: number } {
  const [attempt = '', id = '', signature = ''] = token.split('~');
  if (secrets.matches(signedText(secrets, `${attempt}~${id}`), signature)) return { attempt: Number(attempt), id };
  throw new EbbError('AccessDenied', 'This is no address that was given to a container.');
}

function signatureOf(secrets: World['secrets'], text: string): string {
  return secrets.hash(signedText(secrets, text));
}

/** The key on both sides: whoever knows one hash cannot go on from it to that of a longer text. */
function signedText(secrets: World['secrets'], text: string): string {
  let key = KEYS.get(secrets);
  if (key === undefined) KEYS.set(secrets, (key = secrets.random(KEY_ALPHABET, 43)));
  return `${key}/${text}/${key}`;
}
