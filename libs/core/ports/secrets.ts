/** A SHA-256 of bytes that come piece by piece. */
export interface Hashing {
  update(bytes: Uint8Array): void;
  /** Returns the hash of all bytes so far; none may follow. */
  digest(): string;
}

/**
 * Makes secrets and keeps them. Every secret in the catalog comes from here: sealed if it must be read again, hashed if
 * it must only be recognised.
 */
export abstract class Secrets {
  /** Encrypts text. It opens only under the same `purpose`, so one sealed text cannot stand in for another. */
  abstract seal(text: string, purpose: string): string;

  /**
   * Decrypts a sealed text. Raises `Unavailable` if it was sealed with another key or for another purpose, or was
   * changed.
   */
  abstract open(sealed: string, purpose: string): string;

  /** Returns the SHA-256 of a token that is too long to be guessed. */
  abstract hash(token: string): string;

  /** Begins a hash of content that need not be in memory as a whole. */
  abstract hashing(): Hashing;

  /**
   * Returns whether `token` has this hash. The time that this takes does not depend on how much of the token is right.
   */
  abstract matches(token: string, hash: string): boolean;

  /** Returns characters of `alphabet`, each equally likely and none predictable. */
  abstract random(alphabet: string, length: number): string;
}
