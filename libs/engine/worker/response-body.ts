import { MAX_NOTIFIED_RESPONSE_BYTES } from '../../core/delivery/invocation-notification.js';
import type { Body } from '../../core/ports/objects.js';
import { cancelBody } from '../cancel-body.js';

/**
 * A container's response on its way to storage. It tells failures of the response from failures of storage, and keeps
 * the bytes that a notification may carry.
 */
export class ResponseBody {
  /** Whether the response failed, and not its reader. */
  hasBrokenOff = false;
  private isBeingRead = false;
  private chunks: Uint8Array[] = [];
  private sizeBytes = 0;

  /** `onEnd` is called when the last byte has come. */
  constructor(
    private readonly source: Body,
    private readonly keeps: boolean,
    private readonly onEnd: () => void,
  ) {}

  passing(): Body {
    if (!(this.source instanceof Uint8Array)) return this.chunksOf(this.source);
    this.onEnd();
    this.keep(this.source);
    return this.source;
  }

  /** Reads the part that is kept, and stores nothing. */
  async drain(): Promise<undefined> {
    if (!this.keeps) return;
    const body = this.passing();
    if (body instanceof Uint8Array) return;
    for await (const _ of body) if (this.sizeBytes > MAX_NOTIFIED_RESPONSE_BYTES) return;
  }

  /** Cancels a response that is not being read yet; otherwise its reader ends it. */
  async close(): Promise<void> {
    if (!this.isBeingRead) await cancelBody(this.source);
  }

  /** Returns the whole response if it is wanted and short enough for a notification. */
  kept(): Uint8Array | undefined {
    return this.keeps && this.sizeBytes <= MAX_NOTIFIED_RESPONSE_BYTES ? Buffer.concat(this.chunks) : undefined;
  }

  private async *chunksOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    this.isBeingRead = true;
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.next(iterator);
        if (done) {
          this.onEnd();
          return;
        }
        this.keep(value);
        yield value;
      }
    } finally {
      if (!this.hasBrokenOff) await iterator.return?.();
    }
  }

  private async next(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await iterator.next();
    } catch (error) {
      this.hasBrokenOff = true;
      throw error;
    }
  }

  private keep(chunk: Uint8Array): void {
    this.sizeBytes += chunk.length;
    if (this.keeps && this.sizeBytes <= MAX_NOTIFIED_RESPONSE_BYTES) this.chunks.push(chunk);
    else this.chunks = [];
  }
}
