import { DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointConfigsCommand,
  ListModelsCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { RestClient } from '../support/rest-client.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

interface EndpointDocument {
  readonly name: string;
  readonly status: string;
  readonly configName: string;
  readonly variants: readonly { readonly image: string; readonly instances: object }[];
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string }[];
}

describe('deploying in one call', () => {
  let ebb: StandaloneProcess;
  let aws: AwsClients;
  let rest: RestClient;

  beforeAll(async () => {
    ebb = await startStandalone();
    aws = new AwsClients(ebb.url);
    rest = new RestClient(ebb.url);
  });

  afterAll(async () => {
    aws?.[Symbol.dispose]();
    await ebb?.[Symbol.asyncDispose]();
  });

  const get = async (name: string): Promise<EndpointDocument> =>
    (await rest.get<EndpointDocument>(`endpoints/${name}`)).body;
  const untilInService = (name: string): Promise<EndpointDocument> =>
    eventually(`${name} is in service`, async () => {
      const endpoint = await get(name);
      return endpoint.status === 'InService' ? endpoint : undefined;
    });
  const everything = async (): Promise<(string | undefined)[]> => {
    const { Models = [] } = await aws.sagemaker.send(new ListModelsCommand({}));
    const { EndpointConfigs = [] } = await aws.sagemaker.send(new ListEndpointConfigsCommand({}));
    return [...Models.map(({ ModelName }) => ModelName), ...EndpointConfigs.map((each) => each.EndpointConfigName)];
  };

  it('creates resources that SageMaker describes, runs invocations, and deletes all of it again', async () => {
    const made = await rest.post<EndpointDocument>('endpoints', {
      name: 'reader',
      image: 'echo',
      environment: { GREETING: 'hello' },
      maxInstances: 3,
      concurrency: 2,
      promise: { doneWithinSeconds: 2.5 },
      keepWarmSeconds: 60,
    });
    expect([made.status, made.headers.get('location')]).toEqual([201, '/v1/endpoints/reader']);
    expect(made.body).toMatchObject({
      name: 'reader',
      status: 'Creating',
      intake: 'open',
      dispatch: 'open',
      promise: { doneWithinSeconds: 2.5 },
      keepWarmSeconds: 60,
      variants: [{ name: 'main', image: 'echo', concurrency: 2 }],
    });
    const { configName, variants } = await untilInService('reader');
    expect(configName).toMatch(/^reader-[0-9a-f]{8}$/);
    expect(variants[0]!.instances).toMatchObject({ minimum: 0, maximum: 3 });

    const described = await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'reader' }));
    expect(described).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: configName });
    const config = await aws.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: configName }));
    expect(config.AsyncInferenceConfig!.ClientConfig!.MaxConcurrentInvocationsPerInstance).toBe(2);
    const model = await aws.sagemaker.send(new DescribeModelCommand({ ModelName: configName }));
    expect(model.PrimaryContainer).toMatchObject({ Image: 'echo', Environment: { GREETING: 'hello' } });
    const targets = new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker' });
    expect((await aws.scaling.send(targets)).ScalableTargets).toMatchObject([
      { ResourceId: 'endpoint/reader/variant/main', MinCapacity: 0, MaxCapacity: 3 },
    ]);

    const invoke = new InvokeEndpointAsyncCommand({ EndpointName: 'reader', Body: 'hello' });
    const { OutputLocation } = await aws.runtime.send(invoke);
    const output = await eventually('there is an output', () => aws.objectAt(OutputLocation!));
    expect(output.text).toContain('hello');

    expect(await rest.delete('endpoints/reader')).toMatchObject({
      status: 202,
      body: { name: 'reader', status: 'Deleting' },
    });
    await eventually('it is gone', async () => (await rest.get('endpoints/reader')).status === 404);
    expect(await everything()).toEqual([]);
  });

  it('changes to another image and keeps the bounds, and leaves no remains if the image is refused', async () => {
    await rest.post('endpoints', { name: 'changing', image: 'echo', minInstances: 1, maxInstances: 2 });
    const before = await untilInService('changing');
    const refused = await rest.put<Refusal>('endpoints/changing', { image: 'no-such-image' });
    expect([refused.status, refused.body.code]).toEqual([404, 'ImageNotFound']);
    expect(await everything()).toEqual([before.configName, before.configName]);

    const begun = await rest.put<EndpointDocument>('endpoints/changing', { image: 'echo', environment: { NEXT: '1' } });
    expect(begun).toMatchObject({ status: 202, body: { status: 'Updating' } });
    const meanwhile = await rest.put<Refusal>('endpoints/changing', { image: 'echo' });
    expect([meanwhile.status, meanwhile.body.code]).toEqual([409, 'ChangeInProgress']);
    const after = await untilInService('changing');
    expect(after.configName).not.toBe(before.configName);
    expect(after.variants[0]!.instances).toMatchObject({ minimum: 1, maximum: 2 });

    await rest.put('endpoints/changing', { image: 'echo', maxInstances: 5 });
    const last = await untilInService('changing');
    expect(last.variants[0]!.instances).toMatchObject({ minimum: 1, maximum: 5 });
    // The first config is no longer needed.
    expect(await everything()).not.toContain(before.configName);
    await rest.delete('endpoints/changing');
    await eventually('it is gone', async () => (await rest.get('endpoints/changing')).status === 404);
    expect(await everything()).toEqual([]);
  });

  it.each([
    [{}, 'body.name'],
    [{ name: 'a b', image: 'echo' }, 'body.name'],
    [{ name: 'x', image: '' }, 'body.image'],
    [{ name: 'x', image: 'echo', minInstances: 2, maxInstances: 1 }, 'body.maxInstances'],
    [{ name: 'x', image: 'echo', minInstances: -1 }, 'body.minInstances'],
    [{ name: 'x', image: 'echo', concurrency: 1001 }, 'body.concurrency'],
    [{ name: 'x', image: 'echo', environment: { '1': 'x' } }, 'body.environment.1'],
    [{ name: 'x', image: 'echo', environment: { A: 1 } }, 'body.environment.A'],
    [{ name: 'x', image: 'echo', modelDataUrl: 'ftp://models/x' }, 'body.modelDataUrl'],
    [{ name: 'x', image: 'echo', promise: {} }, 'body.promise'],
    [{ name: 'x', image: 'echo', promise: { startWithinSeconds: 1, doneWithinSeconds: 2 } }, 'body.promise'],
    [{ name: 'x', image: 'echo', keepWarmSeconds: 1e6 }, 'body.keepWarmSeconds'],
    [{ name: 'x', image: 'echo', outputPath: 'results' }, 'body.outputPath'],
    [{ name: 'x', image: 'echo', successTopic: 'results' }, 'body.successTopic'],
    [{ name: 'x', image: 'echo', replicas: 1 }, 'body.replicas'],
  ])('is refused for %j, which names %s', async (body, field) => {
    const refused = await rest.post<Refusal>('endpoints', body);
    expect(refused).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
    expect(refused.body.errors!.map((error) => error.field)).toContain(field);
  });

  it('leaves no remains if an image, a model or a topic is missing', async () => {
    const missing = { name: 'incomplete', image: 'echo' };
    const topic = 'arn:aws:sns:us-east-1:000000000000:nobody';
    for (const [status, code, difference] of [
      [404, 'ImageNotFound', { image: 'no-such-image' }],
      [422, 'ModelDataUnusable', { modelDataUrl: 's3://nowhere/model.tar.gz' }],
      [400, 'InvalidRequest', { errorTopic: topic }],
    ] as const) {
      const refused = await rest.post<Refusal>('endpoints', { ...missing, ...difference });
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
    expect(await everything()).toEqual([]);
    expect((await rest.get('endpoints/incomplete')).status).toBe(404);
  });

  it('refuses the name of an existing endpoint in any letter case', async () => {
    await rest.post('endpoints', { name: 'taken', image: 'echo' });
    const refused = await rest.post<Refusal>('endpoints', { name: 'Taken', image: 'echo' });
    expect([refused.status, refused.body.code]).toEqual([409, 'AlreadyExists']);
    expect(await everything()).toHaveLength(2);
    await untilInService('taken');
    await rest.delete('endpoints/taken');
  });

  it('lists endpoints page by page, and does not find a missing one', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) await rest.post('endpoints', { name, image: 'echo' });
    const names: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const path = `endpoints?limit=1${cursor && `&cursor=${cursor}`}`;
      const page: { body: { items: { name: string; why: string }[]; nextCursor?: string } } = await rest.get(path);
      for (const { name, why } of page.body.items) {
        names.push(name);
        expect(why).toEqual(expect.any(String));
      }
      cursor = page.body.nextCursor;
    }
    expect(names.filter((name) => name.startsWith('list-'))).toEqual(['list-a', 'list-b', 'list-c']);
    expect(await rest.get('endpoints?cursor=!')).toMatchObject({ status: 400, body: { code: 'InvalidNextToken' } });
    for (const call of [rest.get('endpoints/nobody'), rest.delete('endpoints/nobody')]) {
      expect(await call).toMatchObject({ status: 404, body: { code: 'EndpointNotFound' } });
    }
    expect(await rest.put('endpoints/nobody', { image: 'echo' })).toMatchObject({ status: 404 });
  });
});
