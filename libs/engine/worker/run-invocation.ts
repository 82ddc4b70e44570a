import { isEbbError, messageOf } from '../../core/errors.js';
import type { AttemptEnd } from '../../core/invocation/attempt.js';
import { type Invocation, hasExpired } from '../../core/invocation/invocation.js';
import { MAX_INPUT_BYTES } from '../../core/invocation/submission.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { ContainerResponse } from '../../core/ports/instances.js';
import type { StagedObject, StoredObject } from '../../core/ports/objects.js';
import { cancelBody } from '../cancel-body.js';
import { type AttemptTimings, Stopwatch } from './attempt-timings.js';
import { Deadline } from '../deadline.js';
import { Abandoned } from '../instance/slot.js';
import { ResponseBody } from './response-body.js';
import { progressToken } from '../invocation/progress-token.js';
import type { World } from '../world.js';

/** How an attempt ended, with what it produced: stored, but not visible before it is settled. */
export interface Attempt {
  readonly end: AttemptEnd;
  /** The output, or the model's own words about its failure. */
  readonly staged?: StagedObject;
  /** The response's bytes, if a notification may carry them. */
  readonly response?: Uint8Array;
  /** Absent if the attempt did not begin. */
  readonly timings?: AttemptTimings;
}

/** An invocation with the instance that is to run it. */
export interface Assignment {
  readonly invocation: Invocation;
  readonly instanceId: string;
  /** Ends the attempt early if it is aborted with `Abandoned`. */
  readonly abandon: AbortSignal;
}

/** An attempt that runs. `signal` is aborted when its time is up or when it is abandoned. */
interface Run extends Pick<Assignment, 'invocation' | 'instanceId'> {
  readonly timings: Stopwatch;
  readonly signal: AbortSignal;
}

type RunningWorld = Pick<World, 'clock' | 'instances' | 'objects' | 'progressUrl' | 'secrets'>;

/** SageMaker's limit on all response headers of an asynchronous container together, in bytes. */
const MAX_RESPONSE_HEADER_BYTES = 4096;
/** How long an attempt waits, after its connection broke, for the news that its instance ended. */
const DEATH_NOTICE_MS = 500;

/**
 * Runs one invocation on one instance: the input streams from storage to the container, and the response back into
 * storage. Never rejects: every outcome is an `AttemptEnd`.
 */
export async function runInvocation(
  world: RunningWorld,
  { invocation, instanceId, abandon }: Assignment,
): Promise<Attempt> {
  if (hasExpired(invocation, world.clock.now())) return { end: { kind: 'expired' } };
  const deadline = new Deadline(world.clock, invocation.timeoutMs, abandon);
  const timings = new Stopwatch(world.clock);
  try {
    const run: Run = { invocation, instanceId, timings, signal: deadline.signal };
    const input = await openInput(world, run);
    timings.request();
    const response = await invoke(world, run, input);
    const taken = await takeResponse(world, run, response);
    return { ...taken, timings };
  } catch (error) {
    if (error instanceof BrokenOff) {
      deadline.clear();
      await world.clock.sleep(DEATH_NOTICE_MS, abandon).catch(() => undefined);
    }
    return { end: endOf(error, deadline, abandon), timings };
  } finally {
    deadline.clear();
  }
}

function endOf(error: unknown, deadline: Deadline, abandon: AbortSignal): AttemptEnd {
  if (abandon.aborted) return abandon.reason instanceof Abandoned ? abandon.reason.end : BROKE;
  if (deadline.passed) return { kind: 'timed-out' };
  return error instanceof Fault ? error.end : badResponse(messageOf(error));
}

const BROKE: AttemptEnd = { kind: 'instance-broke' };

/** A failure, with the end that it gives the attempt unless the attempt was abandoned or timed out. */
class Fault extends Error {
  constructor(
    readonly end: AttemptEnd,
    cause: unknown,
  ) {
    super(`The attempt failed: ${end.kind}.`, { cause });
  }
}

/**
 * The connection was lost before or during a response. If the instance died, that is noticed a moment later. Only then
 * is the cause known, and until then the instance must not get the same invocation again.
 */
class BrokenOff extends Fault {}

async function openInput({ objects }: Pick<World, 'objects'>, { invocation, signal }: Run): Promise<StoredObject> {
  try {
    const input = await objects.get(parseObjectLocation(invocation.inputLocation), undefined, signal);
    if (input.sizeBytes <= MAX_INPUT_BYTES) return input;
    await cancelBody(input.body);
    throw new Error(`it has ${input.sizeBytes} bytes, and ${MAX_INPUT_BYTES} are allowed`);
  } catch (error) {
    throw new Fault(inputUnreadable(invocation, error), error);
  }
}

/** Sends the input to the container, with the object's content type if the client sent none. */
async function invoke(
  world: Pick<World, 'instances' | 'progressUrl' | 'secrets'>,
  { invocation, instanceId, signal }: Run,
  input: StoredObject,
): Promise<ContainerResponse> {
  const request = {
    body: input.body,
    sizeBytes: input.sizeBytes,
    contentType: invocation.contentType ?? input.contentType,
    accept: invocation.accept,
    customAttributes: invocation.customAttributes,
    inferenceId: invocation.inferenceId,
    progressUrl: world.progressUrl?.(progressToken(world.secrets, invocation)),
  };
  try {
    return await world.instances.invoke(instanceId, request, signal);
  } catch (error) {
    if (isEbbError(error, 'InstanceUnavailable')) throw new BrokenOff(BROKE, error);
    if (isEbbError(error)) throw new Fault(inputUnreadable(invocation, error), error);
    throw new Fault(badResponse(`it is not valid HTTP: ${messageOf(error)}`), error);
  }
}

async function takeResponse(
  { objects }: Pick<World, 'objects'>,
  { invocation, timings, signal }: Run,
  response: ContainerResponse,
): Promise<Attempt> {
  if (response.headerBytes > MAX_RESPONSE_HEADER_BYTES) {
    await cancelBody(response.body);
    return { end: { kind: 'bad-response', reason: LONG_HEADERS } };
  }
  const succeeded = response.status >= 200 && response.status < 300;
  const end: AttemptEnd = succeeded
    ? { kind: 'succeeded', contentType: response.contentType }
    : { kind: 'model-error', status: response.status };
  const body = new ResponseBody(response.body, wantsResponse(invocation, succeeded), () => timings.answer());
  const { contentType, sizeBytes } = response;
  const location = succeeded ? invocation.outputLocation : invocation.failureLocation;
  try {
    const staged =
      location === undefined
        ? await body.drain()
        : await objects.stage(parseObjectLocation(location), body.passing(), { contentType, sizeBytes }, signal);
    timings.store();
    return { end, staged, response: body.kept() };
  } catch (error) {
    if (body.hasBrokenOff) throw new BrokenOff(badResponse(`it broke off: ${messageOf(error)}`), error);
    throw new Fault(outputUnwritable(location ?? '', error), error);
  } finally {
    await body.close();
  }
}

const LONG_HEADERS =
  `Response received from the primary container has headers with length greater than ${MAX_RESPONSE_HEADER_BYTES} ` +
  "bytes. Reduce the length of your container's response headers and update your endpoint.";

function wantsResponse(invocation: Invocation, succeeded: boolean): boolean {
  if (succeeded && invocation.callbackUrl !== undefined) return true;
  const topic = succeeded ? invocation.successTopic : invocation.errorTopic;
  return topic !== undefined && invocation.includeResponseIn.includes(succeeded ? 'success' : 'error');
}

function inputUnreadable({ inputLocation }: Invocation, error: unknown): AttemptEnd {
  return { kind: 'input-unreadable', reason: `The input at ${inputLocation} could not be read: ${messageOf(error)}` };
}

function outputUnwritable(location: string, error: unknown): AttemptEnd {
  return { kind: 'output-unwritable', reason: `The output could not be written to ${location}: ${messageOf(error)}` };
}

function badResponse(why: string): AttemptEnd {
  return {
    kind: 'bad-response',
    reason: `Received server error (500) from primary and could not load the entire response body: ${why}`,
  };
}
