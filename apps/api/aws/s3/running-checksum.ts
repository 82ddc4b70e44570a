import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import type { Claim } from '../../../../libs/wire/s3/payload.js';

/** A checksum that is updated with the bytes that pass. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

/** Starts a checksum; uses Node's native code if Node has the algorithm. */
export function startChecksum(algorithm: Claim['algorithm']): RunningChecksum {
  if (algorithm === 'crc32') return new Crc32();
  if (algorithm === 'crc32c') return new Crc32c();
  if (algorithm === 'crc64nvme') return new Crc64Nvme();
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: async () => hash.digest() };
}

class Crc32 implements RunningChecksum {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  async digest(): Promise<Uint8Array> {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}
