import { type KeyObject, createHmac, createSecretKey } from 'node:crypto';
import type { Scope } from '../../../../libs/wire/signature/signed-request.js';

/** The most keys that are remembered. A key is for one day, region and service. */
const MAX_REMEMBERED = 1000;

/** Derives the key that signs for one secret on one day, in one region and for one service, and remembers it. */
export class SigningKeys {
  private readonly remembered = new Map<string, KeyObject>();

  get(secret: string, { date, region, service }: Scope): KeyObject {
    const name = `${date}/${region}/${service}/${secret}`;
    const known = this.remembered.get(name);
    if (known) return known;
    const bytes = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`) as Buffer;
    // Signing with a key object is several times faster than with its bytes.
    const key = createSecretKey(bytes);
    // The oldest key is forgotten: its day is over, or its scope was only tried.
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value!);
    this.remembered.set(name, key);
    return key;
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
