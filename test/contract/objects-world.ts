import type { ErrorCode } from '../../libs/core/errors.js';
import type { ObjectLocation } from '../../libs/core/object-location.js';
import type { Objects } from '../../libs/core/ports/objects.js';
import { textOf } from '../support/bodies.js';

/** The abilities that another vendor's server may lack. */
export const OBJECTS_CAPABILITIES = [
  'abort upload',
  'list parts',
  'list uploads',
  /** Puts and completions that must not replace anything (`If-None-Match: *`). */
  'if absent',
  /** A body is read whole or not at all while its object is overwritten. */
  'steady reads',
  /** Ranges of nothing but the first byte, and of the last bytes (`bytes=-5`) even if they are more than all. */
  'all ranges',
  /** Sorted by the keys' bytes. */
  'ordered listings',
  /** In pages, rolled up, going on after a common prefix. */
  'paged listings',
  /** Keys that are no plain file paths: `a//b`, `../a`, `%`. */
  'odd keys',
  'control characters in keys',
  /** Compares parts with what `completeUpload` names, and refuses uploads that it does not know. */
  'checked uploads',
  /** Multipart etags as S3 makes them. */
  'multipart etags',
] as const;

export type ObjectsCapability = (typeof OBJECTS_CAPABILITIES)[number];

/** The driver under test, and the parts that every test of the contract needs. */
export class ObjectsWorld {
  /** A part of all bucket names, so that runs on one server do not collide. */
  readonly run = Date.now().toString(36);
  #buckets = 0;

  constructor(
    private readonly driver: () => Objects,
    private readonly lacking: readonly ObjectsCapability[],
  ) {}

  get objects(): Objects {
    return this.driver();
  }

  can(...needed: ObjectsCapability[]): boolean {
    return !needed.some((capability) => this.lacking.includes(capability));
  }

  async newBucket(): Promise<string> {
    const bucket = `contract-${this.run}-${++this.#buckets}`;
    await this.objects.createBucket(bucket);
    return bucket;
  }

  /** Creates a bucket and returns a key in it. */
  async newLocation(key = 'some/object.txt'): Promise<ObjectLocation> {
    return { bucket: await this.newBucket(), key };
  }

  async read(location: ObjectLocation): Promise<string> {
    return textOf((await this.objects.get(location)).body);
  }
}

/** Matches an error with this code. */
export function ebbError(code: ErrorCode): { name: string; code: ErrorCode } {
  return { name: 'EbbError', code };
}
