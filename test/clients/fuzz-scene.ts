import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { BUCKET, createEndpoint, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';

/** What is there to be asked for, by the words that a fuzzer is given. */
export interface Known {
  readonly endpoints: readonly string[];
  /** To be deleted without taking anything from the others. */
  readonly doomed: readonly string[];
  readonly invocations: readonly string[];
  /** Of these, those that have ended. */
  readonly settled: readonly string[];
  readonly deliveries: readonly string[];
  readonly keys: readonly string[];
}

interface Key {
  readonly id: string;
  readonly token: string;
}

const ENDPOINTS = ['echo', 'busy'];
const DOOMED = ['doomed-1', 'doomed-2', 'doomed-3'];
const INPUT = `s3://${BUCKET}/in/hello`;

/** Fills an Ebb that lets in everybody with endpoints and with invocations in every state that lasts. */
export async function fill(url: string): Promise<Known> {
  using aws = new AwsClients(url);
  const { TopicArn } = await aws.sns.send(new CreateTopicCommand({ Name: 'ended' }));
  await deployEndpoint(aws, { name: 'echo', minimum: 1, successTopic: TopicArn, errorTopic: TopicArn });
  await deployEndpoint(aws, { name: 'busy', minimum: 1, maximum: 1, slots: 1 });
  for (const name of DOOMED) await createEndpoint(aws, { name });
  await aws.s3.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: 'in/hello', Body: 'hello', ContentType: 'text/plain' }),
  );
  const invoke = async (name: string, attributes: string): Promise<string> => {
    const call = { EndpointName: name, InputLocation: INPUT, CustomAttributes: attributes };
    return (await aws.runtime.send(new InvokeEndpointAsyncCommand(call))).InferenceId!;
  };
  const settled = [await submit(url, 'delayMs=1'), await submit(url, 'status=500')];
  const running = await invoke('busy', 'hang');
  const queued = await Promise.all(Array.from({ length: 6 }, () => invoke('busy', 'hang')));
  await eventually('what can end has ended', async () => {
    const states = settled.map(async (id) => (await aws.status<{ state: string }>(`invocations/${id}`)).state);
    return (await Promise.all(states)).every((state) => state === 'Completed' || state === 'Failed');
  });
  return {
    endpoints: ENDPOINTS,
    doomed: DOOMED,
    invocations: [...settled, running, ...queued],
    settled,
    deliveries: await waitingDeliveries(url),
    keys: await Promise.all(['spare-1', 'spare-2', 'spare-3'].map(async (name) => (await makeKey(url, name)).id)),
  };
}

/** To `echo`, with a callback that goes nowhere; the id. */
async function submit(url: string, attributes: string): Promise<string> {
  const response = await fetch(`${url}/v1/endpoints/echo/invocations`, {
    method: 'POST',
    body: 'hello',
    headers: { 'custom-attributes': attributes, 'callback-url': 'http://nowhere.invalid/ended', labels: 'team=fuzz' },
  });
  return ((await response.json()) as { readonly id: string }).id;
}

async function waitingDeliveries(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/deliveries?state=waiting`);
  const { items } = (await response.json()) as { readonly items: readonly { readonly id: string }[] };
  return items.map(({ id }) => id);
}

/** An access key that may do everything. */
export async function makeKey(url: string, name: string): Promise<Key> {
  const response = await fetch(`${url}/v1/keys`, {
    method: 'POST',
    body: JSON.stringify({ name, role: 'operate' }),
    headers: { 'content-type': 'application/json' },
  });
  if (response.status !== 201) throw new Error(`No key was made: ${response.status} ${await response.text()}`);
  return (await response.json()) as Key;
}
