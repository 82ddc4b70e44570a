import { type Dispatcher, errors } from 'undici';
import { EbbError } from '../../../core/errors.js';
import type { ContainerResponse } from '../../../core/ports/instances.js';
import type { RequestBody } from './request-body.js';
import { ContainerResponseBody } from './response-body.js';

/**
 * The most bytes of response headers that Ebb reads. It is far more than any caller allows, so the caller learns of the
 * excess.
 */
export const MAX_HEADER_BYTES = 64 * 1024;

/** The longest response of known length that is collected and returned whole, which is cheaper than a stream. */
const WHOLE_BODY_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);

/**
 * One request to a container and its response, on undici's lowest interface. That interface gives the exact size of the
 * headers, and a small invocation needs no stream. An abort at any stage closes the connection.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly response: Promise<ContainerResponse>;
  readonly #resolve: (response: ContainerResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #isGone: () => Promise<boolean>;
  readonly #requestBody: RequestBody | undefined;
  readonly #signal: AbortSignal | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  /** The response without its body; undefined until its headers have arrived. */
  #head: Omit<ContainerResponse, 'body'> | undefined;
  #collected: Uint8Array[] = [];
  #stream: ContainerResponseBody | undefined;

  /** `isGone` is called when a response breaks off, to tell an instance that ended from a bad response. */
  constructor(isGone: () => Promise<boolean>, requestBody: RequestBody | undefined, signal: AbortSignal | undefined) {
    this.#isGone = isGone;
    const { promise, resolve, reject } = Promise.withResolvers<ContainerResponse>();
    this.response = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#requestBody = requestBody;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.abort(this.#signal.reason as Error);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const contentType = headers['content-type'] as string | undefined;
    const sizeBytes = declaredLength(status, headers);
    this.#head = { status, contentType, sizeBytes, headerBytes: countHeaderBytes(controller) };
    if (sizeBytes !== undefined && sizeBytes <= WHOLE_BODY_BYTES) return;
    this.#stream = new ContainerResponseBody(controller);
    this.#resolve({ ...this.#head, body: this.#stream });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#stream === undefined) this.#collected.push(chunk);
    else this.#stream.push(chunk);
  }

  onResponseEnd(): void {
    this.#stopListening();
    if (this.#stream !== undefined) this.#stream.end();
    else this.#resolve({ ...this.#head!, body: this.#collectedBytes() });
  }

  onResponseError(controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    this.#stopListening();
    this.#requestBody?.cancel();
    if (this.#isOurs(error)) {
      this.#stream?.fail(error);
      this.#reject(error);
    } else if (this.#head !== undefined) {
      void this.#breakOff(controller!, this.#head, error as Error);
    } else if (error instanceof errors.HeadersOverflowError) {
      this.#resolve(OVERSIZED_HEADERS);
    } else {
      this.#reject(explainRefusal(error as Error));
    }
  }

  readonly #onAbort = (): void => {
    const reason = this.#signal!.reason as Error;
    // Without a connection there is nothing to close; onRequestStart will find the signal aborted.
    if (this.#controller === undefined) this.onResponseError(undefined, reason);
    else this.#controller.abort(reason);
  };

  #stopListening(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #collectedBytes(): Uint8Array {
    const [first, ...more] = this.#collected;
    if (first === undefined) return NO_BYTES;
    return more.length === 0 ? first : Buffer.concat(this.#collected);
  }

  /** Tells whether the caller, or the request's own body, caused an error. */
  #isOurs(error: unknown): boolean {
    return (this.#signal?.aborted && error === this.#signal.reason) || error === (this.#requestBody?.error ?? NONE);
  }

  /** Ends a response that had begun. Its body fails, so the caller sees that there was an answer. */
  async #breakOff(
    controller: Dispatcher.DispatchController,
    head: Omit<ContainerResponse, 'body'>,
    cause: Error,
  ): Promise<void> {
    const stream = this.#stream ?? new ContainerResponseBody(controller);
    this.#resolve({ ...head, body: stream });
    const what = `before the response was complete: ${cause.message}`;
    stream.fail(
      (await this.#isGone())
        ? new EbbError('InstanceUnavailable', `The instance ended ${what}`, { cause })
        : new Error(`The container closed the connection ${what}`, { cause }),
    );
  }
}

/** Matches no error. */
const NONE = Symbol('none');

/** Returns the error that `invoke` raises if there was no response. */
function explainRefusal(cause: Error): Error {
  if (cause instanceof errors.RequestContentLengthMismatchError) {
    return new EbbError('BadDigest', 'The input does not have the length that was announced.', { cause });
  }
  // An answer that is not HTTP is still an answer. An argument that undici refuses never left this process.
  if (cause instanceof errors.HTTPParserError || cause instanceof errors.InvalidArgumentError) return cause;
  return new EbbError('InstanceUnavailable', `The container could not be reached or did not answer: ${cause.message}`, {
    cause,
  });
}

/** Stands for a response whose headers were too long to read; the rest of it is unknown. */
const OVERSIZED_HEADERS: ContainerResponse = {
  status: 200,
  headerBytes: MAX_HEADER_BYTES,
  sizeBytes: 0,
  body: NO_BYTES,
};

/** Counts the headers' bytes; each line is `name: value` and a line end. */
function countHeaderBytes(controller: Dispatcher.DispatchController): number {
  const { rawHeaders } = controller;
  if (!Array.isArray(rawHeaders)) return 0;
  let bytes = 2 * rawHeaders.length;
  for (const part of rawHeaders) bytes += part.length;
  return bytes;
}

function declaredLength(status: number, headers: Record<string, string | string[] | undefined>): number | undefined {
  if (status === 204) return 0;
  const length = headers['content-length'];
  return typeof length === 'string' ? Number(length) : undefined;
}
