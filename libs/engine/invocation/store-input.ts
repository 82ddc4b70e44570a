import { EbbError } from '../../core/errors.js';
import { MAX_INPUT_BYTES, type Submission } from '../../core/invocation/submission.js';
import type { ObjectLocation } from '../../core/object-location.js';
import type { ObjectHead } from '../../core/ports/objects.js';
import type { Hashing } from '../../core/ports/secrets.js';
import type { World } from '../world.js';

/** An input in the request itself, whole or as a stream. */
export type SentInput = Exclude<Submission['input'], { readonly location: string }>;

/** An inline input, with the content type that its sender gives. */
export interface TypedInput {
  readonly input: SentInput;
  readonly contentType?: string;
}

/**
 * Streams an input into storage, where it appears whole or not at all. Raises `BodyTooLarge` beyond 1 GiB, before
 * anything is read if the length is known.
 */
export async function storeInput(
  { objects }: Pick<World, 'objects'>,
  location: ObjectLocation,
  { input, contentType }: TypedInput,
  signal?: AbortSignal,
): Promise<ObjectHead> {
  const { body, sizeBytes } = bounded(input);
  return objects.put(location, body, { contentType, sizeBytes }, signal);
}

/** Reads an input and returns its hash, without storing it. Raises `BodyTooLarge` as `storeInput` does. */
export async function hashInput(input: SentInput, hashing: Hashing): Promise<string> {
  const { body } = bounded(input);
  if (body instanceof Uint8Array) hashing.update(body);
  else for await (const chunk of body) hashing.update(chunk);
  return hashing.digest();
}

/** Returns the input, which is hashed as it is read. */
export function hashedInput(input: SentInput, hashing: Hashing): SentInput {
  if (!('body' in input)) return { ...input, stream: hashedStream(input.stream, hashing) };
  hashing.update(input.body);
  return input;
}

/** Returns an input's body, which raises `BodyTooLarge` if more than the limit is read. */
function bounded(input: SentInput): { body: Uint8Array | AsyncIterable<Uint8Array>; sizeBytes: number | undefined } {
  const body = 'body' in input ? input.body : atMost(input.stream, MAX_INPUT_BYTES);
  const sizeBytes = 'body' in input ? input.body.length : input.sizeBytes;
  if (sizeBytes !== undefined && sizeBytes > MAX_INPUT_BYTES) throw tooLong();
  return { body, sizeBytes };
}

async function* hashedStream(
  stream: AsyncIterable<Uint8Array>,
  hashing: Hashing,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of stream) {
    hashing.update(chunk);
    yield chunk;
  }
}

async function* atMost(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong();
    yield chunk;
  }
}

function tooLong(): EbbError {
  return new EbbError('BodyTooLarge', `The input is longer than ${MAX_INPUT_BYTES} bytes.`);
}
