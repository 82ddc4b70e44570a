import { CreateModelCommand, ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Quotas, Role } from '../../libs/core/access/caller.js';
import { type KeyedEbb, TEST_IMAGES, deployPaused, startWithKeys } from '../support/keyed-ebb.js';

type Name = 'operator' | 'few' | 'small' | 'slow' | 'other';
type Json = Readonly<Record<string, unknown>>;

const submit = (quotas?: Quotas): { role: Role; quotas?: Quotas } => ({ role: 'submit', ...(quotas && { quotas }) });

let ebb: KeyedEbb<Name>;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  ebb = await startWithKeys(
    {
      operator: { role: 'operate' },
      few: submit({ queuedInvocations: 2 }),
      small: submit({ queuedBytes: 100 }),
      slow: submit({ requestsPerMinute: 2 }),
      other: submit(),
    },
    { EBB_IMAGES: TEST_IMAGES },
  );
  await deployPaused(ebb, 'operator', 'reader');
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await ebb[Symbol.asyncDispose]();
});

async function operate(method: string, path: string, body?: object): Promise<Json> {
  return (await ebb.ask('operator', method, path, body)).json() as Promise<Json>;
}

/** The settings of an AWS client with this key, which does not retry. */
function clientOf(name: Name) {
  const { key, credential } = ebb.keys[name];
  const credentials = { accessKeyId: key.id, secretAccessKey: credential.secretAccessKey };
  return { endpoint: ebb.url, region: 'us-east-1', credentials, maxAttempts: 1 };
}

function invoker(name: Name): (Body: string) => Promise<string> {
  const runtime = new SageMakerRuntimeClient(clientOf(name));
  clients.push(runtime);
  return async (Body) => {
    const { InferenceId } = await runtime.send(new InvokeEndpointAsyncCommand({ EndpointName: 'reader', Body }));
    return InferenceId!;
  };
}

const THROTTLED = expect.objectContaining({
  name: 'ThrottlingException',
  $metadata: expect.objectContaining({ httpStatusCode: 429 }),
});

describe('a key with quotas', () => {
  it('may have a limited number of queued invocations, and more once one has left the queue', async () => {
    const invoke = invoker('few');
    const [first] = [await invoke('x'), await invoke('x')];
    await expect(invoke('x')).rejects.toEqual(THROTTLED);
    await expect(invoke('x')).rejects.toThrow(/may have 2 invocations waiting at a time, and has 2/);
    expect((await ebb.ask('few', 'DELETE', `/v1/invocations/${first}`)).status).toBe(200);
    await invoke('x');
    await expect(invoke('x')).rejects.toEqual(THROTTLED);
  });

  it('gets a Retry-After over REST', async () => {
    const { credential } = ebb.keys.few;
    const response = await fetch(`${ebb.url}/v1/endpoints/reader/invocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential.token}` },
      body: 'x',
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await response.json()).toMatchObject({ code: 'QuotaExceeded', status: 429 });
  });

  it('may have a limited number of queued bytes', async () => {
    const invoke = invoker('small');
    await invoke('x'.repeat(60));
    await expect(invoke('x'.repeat(60))).rejects.toThrow(/100 bytes of inputs .* it has 60, .* would add 60/);
    await invoke('x'.repeat(40));
  });

  it('cannot exceed them with simultaneous requests', async () => {
    const invoke = invoker('small');
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => invoke('x')));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toEqual([]);
  });

  it('may make a limited number of requests over all APIs together', async () => {
    const invoke = invoker('slow');
    await invoke('x');
    expect((await ebb.ask('slow', 'GET', '/v1/whoami')).status).toBe(200);
    await expect(invoke('x')).rejects.toEqual(THROTTLED);
    expect((await ebb.ask('slow', 'GET', '/v1/whoami')).status).toBe(429);
  });

  it('does not limit other keys', async () => {
    const invoke = invoker('other');
    const ids = await Promise.all(Array.from({ length: 20 }, () => invoke('x'.repeat(1_000))));
    expect(new Set(ids).size).toBe(20);
  });
});

describe('the audit of AWS clients', () => {
  it('records changes, and not reads', async () => {
    const sagemaker = new SageMakerClient(clientOf('operator'));
    clients.push(sagemaker);
    const create = new CreateModelCommand({ ModelName: 'm', PrimaryContainer: { Image: 'echo' } });
    const { $metadata } = await sagemaker.send(create);
    await sagemaker.send(new ListModelsCommand({}));
    const { items } = await operate('GET', '/v1/audit?limit=1');
    expect(items).toEqual([
      expect.objectContaining({
        keyId: ebb.keys.operator.key.id,
        callerName: 'operator',
        action: 'sagemaker:CreateModel',
        method: 'POST',
        path: '/',
        requestId: $metadata.requestId,
      }),
    ]);
  });
});
