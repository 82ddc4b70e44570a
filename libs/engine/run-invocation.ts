import { isEbbError } from '../core/errors.js';
import { type AttemptEnd, type Invocation, MAX_INPUT_BYTES, hasExpired } from '../core/invocation.js';
import { MAX_NOTIFIED_RESPONSE_BYTES } from '../core/notification.js';
import { parseObjectLocation } from '../core/object-location.js';
import type { ContainerResponse } from '../core/ports/instances.js';
import type { Body, StagedObject, StoredObject } from '../core/ports/objects.js';
import { Deadline } from './deadline.js';
import type { World } from './world.js';

/** How an attempt ended, with what it produced: stored, but not visible before it is settled. */
export interface Attempt {
  readonly end: AttemptEnd;
  /** The output, or the model's own words about its failure. */
  readonly staged?: StagedObject;
  /** The response's bytes, where a notification may carry them. */
  readonly response?: Uint8Array;
}

/** The reason of a signal that ends an attempt from outside: what the attempt then has come to. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';

  constructor(readonly end: AttemptEnd) {
    super(`The attempt was abandoned: ${end.kind}.`);
  }
}

/** SageMaker's limit on all response headers of an asynchronous container together. */
const MAX_RESPONSE_HEADER_BYTES = 4096;

/**
 * Runs one invocation on one instance: the input streams from storage to the container, the response back into
 * storage. `abandon`, aborted with `Abandoned`, ends it early. Never rejects: all that happens is a way to end.
 */
export async function runInvocation(
  world: World,
  invocation: Invocation,
  instanceId: string,
  abandon: AbortSignal,
): Promise<Attempt> {
  if (hasExpired(invocation, world.clock.now())) return { end: { kind: 'expired' } };
  const deadline = new Deadline(world.clock, invocation.timeoutMs, abandon);
  const endedBy = (error: unknown, otherwise: (message: string) => AttemptEnd): Attempt => {
    if (abandon.aborted) return { end: abandon.reason instanceof Abandoned ? abandon.reason.end : BROKE };
    if (deadline.passed) return { end: { kind: 'timed-out' } };
    if (isEbbError(error, 'InstanceUnavailable')) return { end: BROKE };
    return { end: otherwise(error instanceof Error ? error.message : String(error)) };
  };
  try {
    let input: StoredObject;
    try {
      input = await openInput(world, invocation, deadline.signal);
    } catch (error) {
      return endedBy(error, (why) => inputUnreadable(invocation, why));
    }
    let response: ContainerResponse;
    try {
      response = await invoke(world, invocation, instanceId, input, deadline.signal);
    } catch (error) {
      return endedBy(error, (why) =>
        isEbbError(error) ? inputUnreadable(invocation, why) : badResponse(`it is not valid HTTP: ${why}`),
      );
    }
    try {
      return await takeResponse(world, invocation, response, deadline.signal);
    } catch (error) {
      return endedBy(error, (why) =>
        isEbbError(error) ? outputUnwritable(invocation, why) : badResponse(`it broke off: ${why}`),
      );
    }
  } finally {
    deadline.clear();
  }
}

const BROKE: AttemptEnd = { kind: 'instance-broke' };

async function openInput(world: World, invocation: Invocation, signal: AbortSignal): Promise<StoredObject> {
  const input = await world.objects.get(parseObjectLocation(invocation.inputLocation), undefined, signal);
  if (input.sizeBytes <= MAX_INPUT_BYTES) return input;
  await cancel(input.body);
  throw new Error(`it has ${input.sizeBytes} bytes, and ${MAX_INPUT_BYTES} are allowed`);
}

/** Many clients send no type with the call, because the object has one. */
function invoke(
  world: World,
  invocation: Invocation,
  instanceId: string,
  input: StoredObject,
  signal: AbortSignal,
): Promise<ContainerResponse> {
  const request = {
    body: input.body,
    sizeBytes: input.sizeBytes,
    contentType: invocation.contentType ?? input.contentType,
    accept: invocation.accept,
    customAttributes: invocation.customAttributes,
    inferenceId: invocation.inferenceId,
  };
  return world.instances.invoke(instanceId, request, signal);
}

async function takeResponse(
  world: World,
  invocation: Invocation,
  response: ContainerResponse,
  signal: AbortSignal,
): Promise<Attempt> {
  if (response.headerBytes > MAX_RESPONSE_HEADER_BYTES) {
    await cancel(response.body);
    const reason =
      `Response received from the primary container has headers with length greater than ${MAX_RESPONSE_HEADER_BYTES} ` +
      "bytes. Reduce the length of your container's response headers and update your endpoint.";
    return { end: { kind: 'bad-response', reason } };
  }
  const succeeded = response.status >= 200 && response.status < 300;
  const end: AttemptEnd = succeeded
    ? { kind: 'succeeded', contentType: response.contentType }
    : { kind: 'model-error', status: response.status };
  const location = succeeded ? invocation.outputLocation : invocation.failureLocation;
  const copy = wantsResponse(invocation, succeeded) ? new ResponseCopy(response.body) : undefined;
  if (location === undefined) {
    await (copy ? copy.drain() : cancel(response.body));
    return { end, response: copy?.bytes() };
  }
  const staged = await world.objects.stage(
    parseObjectLocation(location),
    copy?.body ?? response.body,
    { contentType: response.contentType, sizeBytes: response.sizeBytes },
    signal,
  );
  return { end, staged, response: copy?.bytes() };
}

function wantsResponse(invocation: Invocation, succeeded: boolean): boolean {
  const topic = succeeded ? invocation.successTopic : invocation.errorTopic;
  return topic !== undefined && invocation.includeResponseIn.includes(succeeded ? 'success' : 'error');
}

/** Keeps what passes by, as long as it is short enough for a notification. */
class ResponseCopy {
  private chunks: Uint8Array[] = [];
  private sizeBytes = 0;

  constructor(private readonly source: Body) {}

  get body(): Body {
    if (!(this.source instanceof Uint8Array)) return this.passing(this.source);
    this.keep(this.source);
    return this.source;
  }

  async drain(): Promise<void> {
    const { body } = this;
    if (body instanceof Uint8Array) return;
    // Beyond the limit nothing is kept, so there is nothing more to read for.
    for await (const _ of body) if (this.sizeBytes > MAX_NOTIFIED_RESPONSE_BYTES) return;
  }

  bytes(): Uint8Array | undefined {
    return this.sizeBytes > MAX_NOTIFIED_RESPONSE_BYTES ? undefined : Buffer.concat(this.chunks);
  }

  private async *passing(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.keep(chunk);
      yield chunk;
    }
  }

  private keep(chunk: Uint8Array): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes <= MAX_NOTIFIED_RESPONSE_BYTES) this.chunks.push(chunk);
    else this.chunks = [];
  }
}

async function cancel(body: Body): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}

function inputUnreadable(invocation: Invocation, why: string): AttemptEnd {
  return { kind: 'input-unreadable', reason: `The input at ${invocation.inputLocation} could not be read: ${why}` };
}

function outputUnwritable(invocation: Invocation, why: string): AttemptEnd {
  return {
    kind: 'output-unwritable',
    reason: `The output could not be written to ${invocation.outputLocation}: ${why}`,
  };
}

function badResponse(why: string): AttemptEnd {
  return {
    kind: 'bad-response',
    reason: `Received server error (500) from primary and could not load the entire response body: ${why}`,
  };
}
