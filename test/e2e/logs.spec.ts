import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { newDataDirectory, type StandaloneProcess, startStandalone } from '../support/standalone.js';

interface Line {
  readonly at: string;
  readonly stream: string;
  readonly instanceId?: string;
  readonly variantName?: string;
  readonly text: string;
}

interface Page {
  readonly lines: readonly Line[];
  readonly next: string;
  readonly hasMore: boolean;
}

describe('the logs of an endpoint', () => {
  const data = { EBB_DATA_DIR: newDataDirectory() };
  let ebb: StandaloneProcess;
  let aws: AwsClients;

  beforeAll(async () => {
    ebb = await startStandalone(data);
    aws = new AwsClients(ebb.url);
    // Exactly one instance: a second one would print between the writes and reads of these tests.
    await deployEndpoint(aws, { name: 'talker', minimum: 1, maximum: 1, slots: 1 });
  });

  afterAll(async () => {
    aws?.[Symbol.dispose]();
    await ebb?.[Symbol.asyncDispose]();
    rmSync(data.EBB_DATA_DIR, { recursive: true });
  });

  const invoke = async (EndpointName: string, InferenceId: string, knobs = ''): Promise<void> => {
    const CustomAttributes = knobs || undefined;
    await aws.runtime.send(new InvokeEndpointAsyncCommand({ EndpointName, InferenceId, CustomAttributes, Body: 'x' }));
  };
  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(`${ebb.url}/v1/endpoints/${path}`, init);
  const page = async (path: string): Promise<Page> => (await get(path)).json() as Promise<Page>;
  const untilLogged = (path: string, text: RegExp): Promise<Line> =>
    eventually(`${path} says ${text.source}`, async () =>
      (await page(path)).lines.find((line) => text.test(line.text)),
    );

  it('contain the output of each instance, with its time', async () => {
    const before = Date.now();
    await invoke('talker', 'first');
    const line = await untilLogged('talker/logs', /^POST/);
    expect(line).toMatchObject({ stream: 'stdout', variantName: 'main', text: 'POST /invocations first' });
    expect(Date.parse(line.at)).toBeGreaterThanOrEqual(before);
    expect(line.instanceId).toEqual(expect.any(String));
    const own = await page(`Talker/logs?instance=${line.instanceId}&variant=main&stream=stdout&from=${before}&limit=1`);
    expect(own.lines).toEqual([line]);
    const rest = await page(`talker/logs?instance=${line.instanceId}&from=${before}&after=${own.next}&stream=stdout`);
    expect(rest).toMatchObject({ lines: [], hasMore: false });
    const { streams } = (await (await get('talker/logs/streams')).json()) as { streams: { name: string }[] };
    expect(streams.map(({ name }) => name)).toEqual([`main/${line.instanceId}`]);
  });

  it('report each failed invocation in the words of SageMaker', async () => {
    await invoke('talker', 'failing', 'status=500');
    const { text } = await untilLogged('talker/logs?stream=data-log', /failing/);
    expect(text).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}:\[sagemaker logs\] \[failing\] ClientError: Received server error \(500\)/,
    );
  });

  it('can be followed live, and resumed where the connection broke', async () => {
    const { next } = await page('talker/logs');
    const client = new AbortController();
    const { signal } = client;
    const response = await get(`talker/logs?follow=true&stream=stdout&after=${next}`, { signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await invoke('talker', 'followed');
    const events = readEvents(response);
    const { value } = await events.next();
    expect(value).toMatchObject({ line: { text: 'POST /invocations followed' } });
    client.abort();
    await invoke('talker', 'missed');
    await untilLogged('talker/logs', /missed/);
    const headers = { 'last-event-id': value!.id! };
    const again = new AbortController();
    const resumed = await get('talker/logs?follow=true&stream=stdout', { headers, signal: again.signal });
    expect((await readEvents(resumed).next()).value).toMatchObject({ line: { text: 'POST /invocations missed' } });
    again.abort();
  });

  it('can be followed from the last few lines on', async () => {
    for (const id of ['one', 'two', 'three']) await invoke('talker', id);
    await untilLogged('talker/logs', /three/);
    const all = (await page('talker/logs?stream=stdout&limit=10000')).lines;
    expect((await page('talker/logs?tail=2&stream=stdout')).lines).toEqual(all.slice(-2));
    const client = new AbortController();
    const events = readEvents(await get('talker/logs?follow=true&tail=1&stream=stdout', { signal: client.signal }));
    expect((await events.next()).value).toMatchObject({ line: all.at(-1) });
    await invoke('talker', 'four');
    expect((await events.next()).value).toMatchObject({ line: { text: 'POST /invocations four' } });
    client.abort();
  });

  it('can be long without delaying other endpoints', async () => {
    await deployEndpoint(aws, { name: 'chatterbox', minimum: 1, slots: 1 });
    await invoke('chatterbox', 'much', 'print=200000');
    await untilLogged('chatterbox/logs?stream=stdout&limit=10000', /^line \d+/);
    await invoke('talker', 'meanwhile');
    await untilLogged('talker/logs', /meanwhile/);
    const last = 'chatterbox/logs?stream=stdout&limit=10000';
    let { next } = await page(last);
    await eventually('the last line is there', async () => {
      const { lines, next: further } = await page(`${last}&after=${next}`);
      next = further;
      return lines.some(({ text }) => text === 'line 200000 of 200000');
    });
    const { lines } = await page('chatterbox/logs?stream=ebb');
    expect(lines).toEqual([]);
  });

  it('stay readable after the end of the instance and of the endpoint', async () => {
    await deployEndpoint(aws, { name: 'mortal', minimum: 1 });
    await invoke('mortal', 'fatal', 'exit=7');
    await untilLogged('mortal/logs', /^POST \/invocations fatal/);
    await untilLogged('mortal/logs?stream=data-log', /\[fatal\] The instance broke/);
    await aws.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'mortal' }));
    await eventually('the endpoint is gone', async () => (await get('mortal')).status === 404);
    expect((await page('mortal/logs')).lines.map(({ text }) => text)).toContain('POST /invocations fatal');
  });

  it('are not found for an unknown endpoint, and invalid parameters are named', async () => {
    const absent = await get('nobody/logs');
    expect([absent.status, await absent.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'EndpointNotFound', detail: expect.stringContaining('nobody') as string }),
    ]);
    expect((await get('nobody/logs/streams')).status).toBe(404);
    for (const [parameters, rule] of [
      ['limit=0', 'query.limit: must be'],
      ['after=../x', "'../x' is not a cursor of a log."],
      ['follow=true&after=!', 'is not a cursor of a log'],
      ['tail=5&limit=5', 'query.tail: has no meaning with after or limit'],
      ['tail=10001', 'query.tail: must be'],
    ]) {
      const refused = await get(`talker/logs?${parameters}`);
      expect([refused.status, await refused.json()]).toEqual([
        400,
        expect.objectContaining({ detail: expect.stringContaining(rule!) as string }),
      ]);
    }
  });

  it('outlive Ebb itself, and do not keep it from stopping', async () => {
    const following = await get('talker/logs?follow=true');
    const { next, lines } = await page('talker/logs');
    expect(await ebb.stop()).toEqual({ code: 0, signal: null });
    for await (const _ of following.body!);
    ebb = await startStandalone(data);
    aws[Symbol.dispose]();
    aws = new AwsClients(ebb.url);
    expect((await page('talker/logs')).lines.slice(0, lines.length)).toEqual(lines);
    expect((await page(`talker/logs?after=${next}`)).lines).toContainEqual(
      expect.objectContaining({ text: 'SIGTERM', stream: 'stdout' }),
    );
  });
});

/** Yields the lines of a followed log, with the place of an event if it bears one. */
async function* readEvents(response: Response): AsyncGenerator<{ line: Line; id?: string }, void, void> {
  let line: Line | undefined;
  let id: string | undefined;
  for await (const text of createInterface({ input: Readable.fromWeb(response.body!) })) {
    if (text.startsWith('data: ')) line = JSON.parse(text.slice('data: '.length)) as Line;
    if (text.startsWith('id: ')) id = text.slice('id: '.length);
    if (text === '' && line) {
      yield { line, id };
      line = undefined;
    }
  }
}
