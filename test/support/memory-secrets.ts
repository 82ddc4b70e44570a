import { createHash } from 'node:crypto';
import { EbbError } from '../../libs/core/errors.js';
import { type Hashing, Secrets } from '../../libs/core/ports/secrets.js';

/** Secrets that are sealed by being put away, and randomness that is the same in every run. */
export class MemorySecrets extends Secrets {
  private readonly sealed = new Map<string, { readonly text: string; readonly purpose: string }>();
  private readonly hashes = new Map<string, string>();
  private drawn = 0;

  override seal(text: string, purpose: string): string {
    const sealed = `sealed-${this.sealed.size + 1}`;
    this.sealed.set(sealed, { text, purpose });
    return sealed;
  }

  override open(sealed: string, purpose: string): string {
    const secret = this.sealed.get(sealed);
    if (secret?.purpose !== purpose) throw new EbbError('Unavailable', 'A secret cannot be opened.');
    return secret.text;
  }

  override hash(token: string): string {
    const hash = this.hashes.get(token) ?? `hash-${this.hashes.size + 1}`;
    this.hashes.set(token, hash);
    return hash;
  }

  override hashing(): Hashing {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
  }

  override matches(token: string, hash: string): boolean {
    return this.hash(token) === hash;
  }

  /** Counts in digits of the alphabet. */
  override random(alphabet: string, length: number): string {
    let rest = (this.drawn += 1);
    const characters: string[] = [];
    for (let place = 0; place < length; place += 1) {
      characters.unshift(alphabet[rest % alphabet.length]!);
      rest = Math.floor(rest / alphabet.length);
    }
    return characters.join('');
  }
}
