import { createHmac } from 'node:crypto';
import type { Scope } from '../../../../libs/wire/signature/signed-request.js';

/** So many are remembered; a key is good for one day, region and service. */
const MAX_REMEMBERED = 1000;

/** Derives what signs for one secret on one day, in one region and for one service, and remembers it. */
export class SigningKeys {
  private readonly remembered = new Map<string, Buffer>();

  get(secret: string, { date, region, service }: Scope): Buffer {
    const name = `${date}/${region}/${service}/${secret}`;
    const known = this.remembered.get(name);
    if (known) return known;
    const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`) as Buffer;
    // The oldest goes: of a day that is over, or of a scope that somebody tried.
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value!);
    this.remembered.set(name, key);
    return key;
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
