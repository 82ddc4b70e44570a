import { MAX_NOTIFIED_RESPONSE_BYTES } from '../../core/delivery/invocation-notification.js';
import type { Body } from '../../core/ports/objects.js';
import { cancelBody } from '../cancel-body.js';

/** The response on its way to storage: tells its own failures from storage's, and keeps what a notification may carry. */
export class ResponseBody {
  /** Whether it was the response that failed, and not who read it. */
  hasBrokenOff = false;
  private isBeingRead = false;
  private chunks: Uint8Array[] = [];
  private sizeBytes = 0;

  /** `onEnd` is called when its last byte has come. */
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

  /** Reads as much as is kept, and stores nothing. */
  async drain(): Promise<undefined> {
    if (!this.keeps) return;
    const body = this.passing();
    if (body instanceof Uint8Array) return;
    for await (const _ of body) if (this.sizeBytes > MAX_NOTIFIED_RESPONSE_BYTES) return;
  }

  /** Cancels a response that nobody has begun to read; whoever reads it ends it himself. */
  async close(): Promise<void> {
    if (!this.isBeingRead) await cancelBody(this.source);
  }

  /** All of it, if it was asked for and is short enough for a notification. */
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
