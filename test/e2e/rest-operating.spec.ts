import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deployEndpoint, endpointNow } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { RestClient } from '../support/rest-client.js';
import { newDataDirectory, type StandaloneProcess, startStandalone } from '../support/standalone.js';

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string }[];
}

interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

interface InstanceDocument {
  readonly id: string;
  readonly state: string;
  readonly since: string;
  readonly running: readonly { readonly invocationId: string }[];
  readonly phases: readonly { readonly phase: string }[];
}

interface Activity {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly cause: string;
}

describe('an operator of an endpoint', () => {
  const data = { EBB_DATA_DIR: newDataDirectory(), EBB_KEEP_WARM_SECONDS: '600' };
  let ebb: StandaloneProcess;
  let aws: AwsClients;
  let rest: RestClient;
  let count = 0;
  let name: string;

  const start = async (): Promise<void> => {
    ebb = await startStandalone(data);
    aws = new AwsClients(ebb.url);
    rest = new RestClient(ebb.url);
  };
  const stop = async (): Promise<void> => {
    aws?.[Symbol.dispose]();
    await ebb?.[Symbol.asyncDispose]();
  };

  beforeAll(start);
  afterAll(stop);

  beforeEach(async () => {
    name = `reader-${(count += 1)}`;
    await deployEndpoint(aws, { name, slots: 1, maximum: 2 });
  });

  const invoke = async (CustomAttributes?: string): Promise<string> => {
    const command = new InvokeEndpointAsyncCommand({ EndpointName: name, Body: 'x', CustomAttributes });
    return (await aws.runtime.send(command)).InferenceId!;
  };
  const stateOf = async (id: string) => (await aws.status<{ state: string; why: string }>(`invocations/${id}`)).state;
  const instances = async () => (await rest.get<Listed<InstanceDocument>>(`endpoints/${name}/instances`)).body.items;
  const activities = async (query = '') =>
    (await rest.get<Listed<Activity>>(`endpoints/${name}/activities${query}`)).body;

  it('pauses dispatch: queued invocations wait, say why, survive a restart, and run once it is resumed', async () => {
    const paused = await rest.post(`endpoints/${name}:pause`, { dispatch: true });
    expect(paused).toMatchObject({
      status: 200,
      body: { intake: 'open', dispatch: 'paused', gateChanges: { dispatch: { by: 'an operator' } } },
    });
    const id = await invoke();
    const { why } = await aws.status<{ why: string }>(`invocations/${id}`);
    expect(why).toMatch(/^Dispatch is paused by an operator since .*; it waits until that is resumed\.$/);
    await stop();
    await start();
    expect(await endpointNow(aws, name)).toMatchObject({
      dispatch: 'paused',
      backlog: { queued: 1, running: 0 },
      instances: { starting: 0, inService: 0 },
    });
    expect(await rest.post(`endpoints/${name}:resume`)).toMatchObject({
      status: 200,
      body: { intake: 'open', dispatch: 'open' },
    });
    await eventually('it has run', async () => (await stateOf(id)) === 'Completed');
  });

  it('wakes the endpoint before work arrives, and the activity names who asked', async () => {
    const woken = await rest.post(`endpoints/${name}:wake`, { instances: 2 });
    expect(woken).toMatchObject({ status: 202, body: { variant: 'main', instances: 2 } });
    await eventually('both are in service', async () => (await endpointNow(aws, name)).instances.inService === 2);
    const { items } = await activities();
    expect(items[0]).toMatchObject({ from: 0, to: 2, cause: 'an operator asked for 2 instances at once' });
    for (const [body, text] of [
      [{ instances: 3 }, 'instances must be at most 2'],
      [{ variant: 'other' }, 'variant must be one of'],
      [{ instances: 0 }, 'body.instances: must be at least 1'],
    ] as const) {
      const refused = await rest.post<Refusal>(`endpoints/${name}:wake`, body);
      expect(refused).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
      expect(refused.body.detail).toContain(text);
    }
  });

  it('sets bounds, which apply at once, and learns which bound is wrong', async () => {
    const bounds = { minInstances: 1, maxInstances: 3 };
    expect(await rest.put(`endpoints/${name}/bounds`, bounds)).toMatchObject({
      status: 200,
      body: { variant: 'main', ...bounds },
    });
    await eventually('its minimum is there', async () => (await endpointNow(aws, name)).instances.inService === 1);
    for (const [body, field] of [
      [{ minInstances: 2, maxInstances: 1 }, 'body.maxInstances'],
      [{ minInstances: -1, maxInstances: 1 }, 'body.minInstances'],
      [{ minInstances: 1 }, 'body.maxInstances'],
      [{ minInstances: 1.5, maxInstances: 2 }, 'body.minInstances'],
    ] as const) {
      const refused = await rest.put<Refusal>(`endpoints/${name}/bounds`, body);
      expect(refused.status).toBe(400);
      expect(refused.body.errors!.map((error) => error.field)).toContain(field);
    }
  });

  it('sees the work of each instance, and drains a busy one without breaking its invocation', async () => {
    const release = join(data.EBB_DATA_DIR, `release-${name}`);
    const id = await invoke(`hold=${release}`);
    await eventually('it runs', async () => (await stateOf(id)) === 'Running');
    const [instance] = await instances();
    expect(instance).toMatchObject({ state: 'InService', running: [{ invocationId: id }] });
    expect(instance!.phases.map(({ phase }) => phase)).toContain('boot');
    const drained = await rest.post<InstanceDocument>(`endpoints/${name}/instances/${instance!.id}:drain`);
    expect(drained).toMatchObject({ status: 202, body: { id: instance!.id, state: 'Draining' } });
    // A draining instance gets no second invocation.
    const other = await invoke();
    await eventually('the second has run', async () => (await stateOf(other)) === 'Completed');
    writeFileSync(release, '');
    await eventually('the first has run', async () => (await stateOf(id)) === 'Completed');
    await eventually('it is gone', async () => !(await instances()).some((each) => each.id === instance!.id));
    expect((await aws.status<{ attempts: unknown }>(`invocations/${id}`)).attempts).toSatisfy(isOne);
    const absent = await rest.post<Refusal>(`endpoints/${name}/instances/${instance!.id}:drain`);
    expect([absent.status, absent.body.code]).toEqual([404, 'InstanceNotFound']);
  });

  it('reads scaling activities page by page, and metrics', async () => {
    const id = await invoke();
    await eventually('it has run', async () => (await stateOf(id)) === 'Completed');
    await rest.put(`endpoints/${name}/bounds`, { minInstances: 2, maxInstances: 2 });
    await eventually('it has two', async () => (await activities()).items.length >= 2);
    const first = await activities('?limit=1&notScaled=false&variant=main');
    const second = await activities(`?limit=1&notScaled=false&cursor=${first.nextCursor}`);
    expect(first.items[0]).toMatchObject({ to: 2, cause: 'minimum capacity was set to 2' });
    expect(second.items[0]).toMatchObject({ from: 0, to: 1 });

    const path = `endpoints/${name}/metrics?metric=InvocationsProcessed&metric=ApproximateBacklogSize&periodSeconds=1`;
    const series = await eventually('it was counted', async () => {
      const { body } = await rest.get<{ series: { metric: string; points: { sum: number }[] }[] }>(path);
      return body.series[0]!.points.some(({ sum }) => sum === 1) ? body.series : undefined;
    });
    expect(series).toMatchObject([
      { metric: 'InvocationsProcessed', variant: 'main', unit: 'Count' },
      { metric: 'ApproximateBacklogSize', unit: 'Count' },
    ]);
    for (const [query, text] of [
      ['metric=Temperature', 'query.metric.0'],
      ['periodSeconds=7', 'The period 7'],
      ['from=yesterday', 'query.from'],
      ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'query.from'],
      ['from=2000-01-01T00:00:00Z&periodSeconds=1', 'query.periodSeconds'],
      ['variant=other', 'variant must be'],
    ]) {
      const refused = await rest.get<Refusal>(`endpoints/${name}/metrics?${query}`);
      expect(refused).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
      expect(refused.body.detail).toContain(text);
    }
  });

  it('gets a 404 from every operation on an unknown endpoint', async () => {
    const calls = [
      ...['activities', 'metrics', 'instances'].map((what) => rest.get(`endpoints/nobody/${what}`)),
      ...['pause', 'resume', 'wake'].map((verb) => rest.post(`endpoints/nobody:${verb}`)),
      rest.put('endpoints/nobody/bounds', { minInstances: 0, maxInstances: 1 }),
      rest.post('endpoints/nobody/instances/x:drain'),
    ];
    for (const call of calls) expect(await call).toMatchObject({ status: 404, body: { code: 'EndpointNotFound' } });
    expect(await rest.post(`endpoints/${name}:pause`, { intake: false })).toMatchObject({ status: 400 });
  });
});

/** Whether there was one attempt, in any form in which attempts are shown. */
function isOne(attempts: unknown): boolean {
  return Array.isArray(attempts) ? attempts.length === 1 : attempts === 1;
}
