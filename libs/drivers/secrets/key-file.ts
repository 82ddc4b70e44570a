import { createCipheriv, createDecipheriv, createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { EbbError } from '../../core/errors.js';
import { type Hashing, Secrets } from '../../core/ports/secrets.js';
import { readKeyFile } from './key-file/read-key-file.js';

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Secrets sealed by AES-256-GCM with a key in a file. The database alone does not reveal them. */
export class KeyFileSecrets extends Secrets {
  private constructor(
    private readonly file: string,
    private readonly key: Buffer,
  ) {
    super();
  }

  /**
   * Reads the key from a file that only its owner may read. If `isOurs`, makes the file if it is missing. Raises
   * `Unavailable`, which names the file and its fault.
   */
  static open(file: string, isOurs: boolean): KeyFileSecrets {
    return new KeyFileSecrets(file, readKeyFile(file, isOurs));
  }

  override seal(text: string, purpose: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  override open(sealed: string, purpose: string): string {
    const [version, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    try {
      if (version !== VERSION || bytes.length < IV_BYTES + TAG_BYTES) throw new Error('it is not a sealed secret');
      const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      const message = `A secret cannot be opened with '${this.file}': it was sealed with another key, or was changed.`;
      throw new EbbError('Unavailable', message, { cause });
    }
  }

  override hash(token: string): string {
    return createHash('sha256').update(token).digest('base64url');
  }

  override hashing(): Hashing {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64url') };
  }

  override matches(token: string, hash: string): boolean {
    const [actual, expected] = [Buffer.from(this.hash(token)), Buffer.from(hash)];
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }

  override random(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  }
}
