/** A SHA-256 in the making, of bytes that come bit by bit. */
export interface Hashing {
  update(bytes: Uint8Array): void;
  /** Of all that has come; nothing may come after it. */
  digest(): string;
}

/**
 * Keeps secrets and makes them. Whatever stands in the catalog has been through here: what must be read again is sealed,
 * what must only be recognised is hashed.
 */
export abstract class Secrets {
  /** Encrypts text. It opens only under the same `purpose`, so that nobody can put it in another's place. */
  abstract seal(text: string, purpose: string): string;

  /** Raises `Unavailable` where it was sealed with another key or for another purpose, or was changed. */
  abstract open(sealed: string, purpose: string): string;

  /** SHA-256 of a token that is too long to be guessed. */
  abstract hash(token: string): string;

  /** Begins the hash of content that need not be held in one piece. */
  abstract hashing(): Hashing;

  /** Whether `token` has this hash, found out in a time that does not depend on how much of it is right. */
  abstract matches(token: string, hash: string): boolean;

  /** Characters drawn from `alphabet`, each as likely as any other and none to be foreseen. */
  abstract random(alphabet: string, length: number): string;
}
