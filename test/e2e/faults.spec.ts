import { InvokeEndpointAsyncCommand, type InvokeEndpointAsyncCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { canSeeProcesses, connectionsTo, instanceProcesses } from '../support/live-processes.js';
import { NotificationInbox } from '../support/notification-inbox.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

/** Returns AWS's own wording for a member that breaks a rule. */
const constraint = (value: string, path: string, rule: string): string =>
  `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${rule}`;

const SEE_LOGS = 'See the SageMaker Endpoint logs in your account for more information.';

let ebb: StandaloneProcess;
let aws: AwsClients;
let inbox: NotificationInbox;

beforeAll(async () => {
  ebb = await startStandalone();
  aws = new AwsClients(ebb.url);
  inbox = await NotificationInbox.listen();
  const topics = { successTopic: await inbox.topic(aws, 'done'), errorTopic: await inbox.topic(aws, 'broken') };
  await deployEndpoint(aws, { name: 'echo', slots: 8, ...topics });
  // Requests that kill instances must not take other tests' invocations with them.
  await deployEndpoint(aws, { name: 'mortal', slots: 1, maximum: 1, ...topics });
});

afterAll(async () => {
  aws?.[Symbol.dispose]();
  await ebb?.stop();
  await inbox?.[Symbol.asyncDispose]();
});

type Wish = Partial<InvokeEndpointAsyncCommandInput>;

interface Accepted {
  readonly inferenceId: string;
  readonly outputLocation: string;
  readonly failureLocation: string;
}

async function invoke(wish: Wish): Promise<Accepted> {
  const accepted = await aws.runtime.send(new InvokeEndpointAsyncCommand({ EndpointName: 'echo', ...wish }));
  return {
    inferenceId: accepted.InferenceId!,
    outputLocation: accepted.OutputLocation!,
    failureLocation: accepted.FailureLocation!,
  };
}

const told = (inferenceId: string) => eventually(`somebody is told of ${inferenceId}`, () => inbox.of(inferenceId));

async function expectThatRequestsWork(EndpointName = 'echo'): Promise<void> {
  const { inferenceId, outputLocation } = await invoke({ EndpointName, Body: 'after', ContentType: 'text/plain' });
  expect(await told(inferenceId)).toMatchObject({ invocationStatus: 'Completed' });
  expect(await aws.objectAt(outputLocation)).toEqual({ contentType: 'text/plain', text: 'after' });
}

describe('a request that is refused', () => {
  const body = { Body: 'x' };
  const location = { InputLocation: 's3://somewhere/else' };

  it.each<[string, Wish, string]>([
    ['an unknown endpoint', { EndpointName: 'nobody', ...body }, 'Endpoint nobody of account 000000000000 not found.'],
    ['a name in the wrong case', { EndpointName: 'Echo', ...body }, 'Endpoint Echo of account 000000000000 not found.'],
    [
      'an invalid name',
      { EndpointName: '-echo', ...body },
      constraint(
        '-echo',
        'endpointName',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9])*',
      ),
    ],
    [
      'a name that is too long',
      { EndpointName: 'e'.repeat(64), ...body },
      constraint('e'.repeat(64), 'endpointName', 'Member must have length less than or equal to 63'),
    ],
    ['no input', {}, 'Exactly one of InputLocation and Body must be given: this request has neither.'],
    [
      'two inputs',
      { ...body, ...location },
      'Exactly one of InputLocation and Body must be given: this request has both.',
    ],
    [
      'an over-long body',
      { Body: 'x'.repeat(128_001) },
      "1 validation error detected: Value at 'body' failed to satisfy constraint: " +
        'Member must have length less than or equal to 128000',
    ],
    [
      'too short a time to live',
      { ...body, RequestTTLSeconds: 59 },
      constraint('59', 'requestTTLSeconds', 'Member must have value greater than or equal to 60'),
    ],
    [
      'too long a time to live',
      { ...body, RequestTTLSeconds: 21_601 },
      constraint('21601', 'requestTTLSeconds', 'Member must have value less than or equal to 21600'),
    ],
    [
      'no time to run',
      { ...body, InvocationTimeoutSeconds: 0 },
      constraint('0', 'invocationTimeoutSeconds', 'Member must have value greater than or equal to 1'),
    ],
    [
      'too long a time to run',
      { ...body, InvocationTimeoutSeconds: 3601 },
      constraint('3601', 'invocationTimeoutSeconds', 'Member must have value less than or equal to 3600'),
    ],
  ])('has %s, is told so, and does no harm', async (_case, wish, message) => {
    await expect(invoke(wish)).rejects.toMatchObject({
      name: 'ValidationError',
      message,
      $metadata: { httpStatusCode: 400 },
    });
    await expectThatRequestsWork();
  });

  it.each([
    ['malformed JSON', 'SageMaker.CreateModel', '{"ModelName":', 'SerializationException'],
    ['an unknown target', 'SageMaker.CreateMiracle', '{}', 'UnknownOperationException'],
    ['a target of nobody', 'Nobody.CreateModel', '{}', 'UnknownOperationException'],
  ])('has %s, is told so, and does no harm', async (_case, target, text, type) => {
    const headers = {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': target,
      Authorization: 'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/sagemaker/aws4_request',
    };
    const response = await fetch(ebb.url, { method: 'POST', headers, body: text });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: type, message: expect.stringMatching(/\w/) });
    await expectThatRequestsWork();
  });
});

interface Failure {
  readonly wish: Wish;
  readonly reason: string;
  /** The failure object, if it is not the reason as text. */
  readonly object?: { readonly contentType: string; readonly text: string };
}

const FAILURES: Readonly<Record<string, Failure>> = {
  'for an input object that does not exist says which': {
    wish: { InputLocation: `s3://${BUCKET}/in/nothing` },
    reason:
      `ClientError: The input at s3://${BUCKET}/in/nothing could not be read: ` +
      `There is no object 'in/nothing' in the bucket '${BUCKET}'.`,
  },
  'for a bucket that does not exist says which': {
    wish: { InputLocation: 's3://no-such-bucket/input' },
    reason:
      'ClientError: The input at s3://no-such-bucket/input could not be read: ' +
      "The bucket 'no-such-bucket' does not exist.",
  },
  "for the container's 500 leaves the container's own words": {
    wish: { Body: 'oh dear', ContentType: 'text/x-sigh', CustomAttributes: 'status=500' },
    reason: `ClientError: Received server error (500) from model. ${SEE_LOGS}`,
    object: { contentType: 'text/x-sigh', text: 'oh dear' },
  },
  "for the container's 4xx leaves the JSON that it answered": {
    wish: { Body: '{"error":"not an image"}', ContentType: 'application/json', CustomAttributes: 'status=422' },
    reason: `ClientError: Received client error (422) from model. ${SEE_LOGS}`,
    object: { contentType: 'application/json', text: '{"error":"not an image"}' },
  },
  'for hanging beyond its time is cut off': {
    wish: { Body: 'x', CustomAttributes: 'hang', InvocationTimeoutSeconds: 1 },
    reason: `ClientError: Received server error (0) from model. The model did not answer within 1 seconds. ${SEE_LOGS}`,
  },
  'for headers over 4,096 bytes says so in the words of the reference': {
    wish: { Body: 'x', CustomAttributes: 'headerBytes=5000' },
    reason:
      'ClientError: Response received from the primary container has headers with length greater than 4096 bytes. ' +
      "Reduce the length of your container's response headers and update your endpoint.",
  },
  'for closing the connection before an answer was tried three times': {
    wish: { Body: 'x', CustomAttributes: 'reset' },
    reason:
      'ClientError: Could not get a response from the echo endpoint: ' +
      `3 attempts at this request broke their instance or its connection. ${SEE_LOGS}`,
  },
  'for killing three instances says so, and the endpoint gets another': {
    wish: { EndpointName: 'mortal', Body: 'x', CustomAttributes: 'exit=1' },
    reason:
      'ClientError: Could not get a response from the mortal endpoint: 3 attempts at this request broke their instance ' +
      `or its connection. The last one: The container ended with exit code 1. ${SEE_LOGS}`,
  },
};

describe.concurrent('an invocation that fails', () => {
  it.each(Object.entries(FAILURES))('%s', async (_name, { wish, reason, object }) => {
    const { inferenceId, outputLocation, failureLocation } = await invoke(wish);
    const failed = { invocationStatus: 'Failed', failureReason: reason, failureLocation };
    expect(await told(inferenceId)).toMatchObject(failed);
    const asText = { contentType: 'text/plain; charset=utf-8', text: reason };
    expect(await aws.objectAt(failureLocation)).toEqual(object ?? asText);
    expect(await aws.objectAt(outputLocation)).toBeUndefined();
    await expectThatRequestsWork(wish.EndpointName);
  });

  it('because the connection closed within the answer leaves no partial output', async () => {
    const wish = { Body: 'x'.repeat(100_000), CustomAttributes: 'breakAfter=70000' };
    const { inferenceId, outputLocation, failureLocation } = await invoke(wish);
    const reason = expect.stringMatching(
      /^ClientError: Received server error \(500\) from primary and could not load the entire response body/,
    ) as string;
    expect(await told(inferenceId)).toMatchObject({ invocationStatus: 'Failed', failureReason: reason });
    expect((await aws.objectAt(failureLocation))?.text).toEqual(reason);
    expect(await aws.objectAt(outputLocation)).toBeUndefined();
    await expectThatRequestsWork();
  });
});

it.skipIf(!canSeeProcesses)('Ebb closes the connection to a container after its invocation timeout', async () => {
  await deployEndpoint(aws, { name: 'stuck', maximum: 1, environment: { STUCK: 'yes' } });
  const first = await invoke({ EndpointName: 'stuck', Body: 'x' });
  await eventually('its instance has answered', () => aws.objectAt(first.outputLocation));
  const instance = instanceProcesses(ebb.dataDirectory).find(({ environment }) => environment.get('STUCK'));
  const port = Number(instance!.environment.get('SAGEMAKER_BIND_TO_PORT'));
  const { inferenceId, failureLocation } = await invoke({
    EndpointName: 'stuck',
    Body: 'x',
    CustomAttributes: 'hang',
    InvocationTimeoutSeconds: 1,
  });
  const printed = async (line: string) =>
    (await (await fetch(`${ebb.url}/v1/endpoints/stuck/logs?limit=1000`)).text()).includes(line);
  await eventually('its container has the request', () => printed(`POST /invocations ${inferenceId}`));
  await eventually('its time is up', () => aws.objectAt(failureLocation));
  await eventually('its container sees the connection closed', () => printed(`closed ${inferenceId}`));
  await eventually('nobody is connected', () => connectionsTo(port) === 0);
  expect(instanceProcesses(ebb.dataDirectory).map(({ pid }) => pid)).toContain(instance!.pid);
});
