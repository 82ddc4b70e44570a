import { createHash } from 'node:crypto';
import type { Body } from '../../libs/core/ports/objects.js';

/** A body that gives its first half and holds the rest back until it is released. */
export class HeldBody implements AsyncIterable<Uint8Array> {
  readonly #started = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly started = this.#started.promise;
  readonly closed = this.#closed.promise;
  readonly release = this.#released.resolve;

  constructor(private readonly content: Uint8Array) {}

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const half = this.content.length >> 1;
    const pieces = [this.content.subarray(0, half), this.content.subarray(half)];
    return {
      next: async () => {
        if (pieces.length === 1) {
          this.#started.resolve();
          await this.#released.promise;
        }
        const value = pieces.shift();
        return value ? { done: false, value } : { done: true, value: undefined };
      },
      return: async () => {
        this.#closed.resolve();
        return { done: true, value: undefined };
      },
    };
  }
}

export function bytes(content: string): Buffer {
  return Buffer.from(content);
}

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

/** Bytes that do not repeat soon, the same at every run. */
export function noise(size: number): Buffer {
  const content = Buffer.allocUnsafe(size);
  for (let i = 0, state = size + 1; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[i] = state >>> 24;
  }
  return content;
}

export async function* streamOf(content: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
}

export async function collect(body: Body): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function textOf(body: Body): Promise<string> {
  return (await collect(body)).toString();
}
