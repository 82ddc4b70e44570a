import type { ObjectLocation } from '../../../core/object-location.js';
import type { ObjectHead, StagedObject } from '../../../core/ports/objects.js';
import type { BucketTree } from './bucket-tree.js';
import { unlinkFile } from './file-calls.js';

/** A finished object file that waits beside the buckets for its rename. */
export class StagedFile implements StagedObject {
  #state: 'staged' | 'committed' | 'discarded' = 'staged';

  constructor(
    private readonly tree: BucketTree,
    private readonly location: ObjectLocation,
    private readonly path: string,
    private readonly head: ObjectHead,
    private readonly ifAbsent = false,
  ) {}

  get sizeBytes(): number {
    return this.head.sizeBytes;
  }

  async commit(signal?: AbortSignal): Promise<ObjectHead> {
    signal?.throwIfAborted();
    if (this.#state !== 'staged') throw new Error(`This staged object was ${this.#state} before.`);
    await this.tree.place(this.path, this.location, this.ifAbsent);
    this.#state = 'committed';
    return this.head;
  }

  async discard(): Promise<void> {
    if (this.#state !== 'staged') return;
    this.#state = 'discarded';
    await unlinkFile(this.path);
  }
}
