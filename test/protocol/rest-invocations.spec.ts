import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { RestAnswer } from '../support/rest-client.js';
import { SubmitScene, type SubmitAnswer } from '../support/submit-scene.js';

interface Outcome {
  readonly matched: number;
  readonly cancelled?: number;
  readonly redriven?: number;
  readonly invocations: readonly SubmitAnswer[];
  readonly refused: readonly { readonly id: string; readonly code: string }[];
}

interface Page {
  readonly items: readonly SubmitAnswer[];
  readonly nextCursor?: string;
}

interface LogPage {
  readonly lines: readonly { readonly at: string; readonly text: string }[];
}

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
  await still('still');
});
afterAll(() => scene?.[Symbol.asyncDispose]());

/** Deploys an endpoint on which every invocation waits. */
async function still(name: string): Promise<void> {
  await scene.deploy(name);
  await scene.holdBack(name);
}

async function submit(endpointName: string, headers: Record<string, string> = {}): Promise<string> {
  return (await scene.submit(endpointName, headers, 'input')).body.id;
}

/** Returns when a container of the endpoint "echo" printed a line; absent if none has. */
async function printedAt(line: string): Promise<number | undefined> {
  const { body } = await scene.rest.get<LogPage>('endpoints/echo/logs?limit=10000');
  const found = body.lines.find(({ text }) => text.includes(line));
  return found && Date.parse(found.at);
}

const knobs = (attributes: string): Record<string, string> => ({ 'custom-attributes': attributes });
const idsOf = ({ body }: RestAnswer<Page>): string[] => body.items.map(({ id }) => id);
const list = (query: string) => scene.rest.get<Page>(`invocations?${query}`);

describe('the state of an invocation', () => {
  it('contains its place and the reason while it waits', async () => {
    await still('waiting');
    await submit('waiting');
    const id = await submit('waiting', { labels: 'team=search', priority: 'low', 'inference-id': 'mine' });
    expect(await scene.invocation(id)).toMatchObject({
      id,
      inferenceId: 'mine',
      endpointName: 'waiting',
      state: 'Queued',
      priority: 'low',
      labels: { team: 'search' },
      position: 1,
      why: expect.stringContaining('paused'),
      timeline: [{ state: 'Queued', from: expect.any(String) }],
      attempts: [],
      url: `/v1/invocations/${id}`,
      eventsUrl: `/v1/invocations/${id}/events`,
    });
  });

  it('contains its attempt and its timeline once it is settled, and a link to the log of the attempt', async () => {
    const id = await submit('echo', knobs('print=3'));
    const document = await scene.settled(id);
    expect(document).toMatchObject({
      state: 'Completed',
      timeline: [{ state: 'Queued' }, { state: 'Running', attempt: 1, ended: 'succeeded' }, { state: 'Completed' }],
      attempts: [{ number: 1, ended: 'succeeded', variantName: 'main' }],
      outputUrl: `/v1/invocations/${id}/output`,
      responseContentType: expect.any(String),
    });
    expect(document).not.toHaveProperty('failureUrl');
    const [{ logsUrl }] = document['attempts'] as [{ logsUrl: string }];
    expect([...new URL(logsUrl, scene.url).searchParams.keys()]).toEqual(['instance', 'from', 'to']);
    await eventually('its log has its lines', async () => {
      const { text } = await scene.send(logsUrl.slice('/v1/'.length), {});
      return text.includes('line 3 of 3');
    });
  });

  it('contains the status and the answer of a model that failed', async () => {
    const document = await scene.settled(await submit('echo', knobs('status=503')));
    expect(document).toMatchObject({
      state: 'Failed',
      errorClass: 'model-error',
      failureReason: expect.stringContaining('(503)'),
      attempts: [{ ended: 'model-error', status: 503 }],
      timeline: [{ state: 'Queued' }, { state: 'Running', ended: 'model-error' }, { state: 'Failed' }],
    });
    expect(document).not.toHaveProperty('outputUrl');
  });

  it('contains an attempt for each instance that broke', async () => {
    const document = await scene.settled(await submit('echo', knobs('reset')));
    expect(document).toMatchObject({
      state: 'Failed',
      errorClass: 'instance-broke',
      attempts: [1, 2, 3].map((number) => ({ number, ended: 'instance-broke' })),
    });
  });

  it('is returned to a waiting request as soon as it is settled', async () => {
    const id = await submit('echo', knobs('delayMs=300'));
    expect(await scene.settled(id)).toMatchObject({ state: 'Completed' });
  });

  it('is returned to a waiting request after its timeout', async () => {
    const id = await submit('still');
    const begun = performance.now();
    const { body } = await scene.rest.get<SubmitAnswer>(`invocations/${id}?wait=1`);
    expect(body.state).toBe('Queued');
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  it.each(['wait=61', 'wait=-1', 'wait=soon', 'wiat=1'])('is refused for %s', async (query) => {
    const { body, status } = await scene.rest.get<SubmitAnswer>(`invocations/nothing?${query}`);
    expect([status, body.code]).toEqual([400, 'InvalidRequest']);
  });

  it('is not found for an unknown invocation', async () => {
    const { body, status } = await scene.rest.get<SubmitAnswer>('invocations/nothing');
    expect([status, body.code]).toEqual([404, 'InvocationNotFound']);
  });
});

describe('cancelling', () => {
  it('ends a queued invocation at once, and changes nothing the second time', async () => {
    const id = await submit('still');
    const { body, status } = await scene.rest.delete<SubmitAnswer>(`invocations/${id}`);
    expect([status, body]).toMatchObject([200, { state: 'Cancelled', errorClass: 'cancelled', attempts: [] }]);
    const again = await scene.rest.post<SubmitAnswer>(`invocations/${id}:cancel`);
    expect([again.status, again.body]).toEqual([200, body]);
  });

  it('reaches the container of a running invocation', async () => {
    const id = await submit('echo', { ...knobs('hang'), 'inference-id': 'to-be-cancelled' });
    const hasPrinted = async (...lines: string[]): Promise<boolean> => {
      const { text } = await scene.send('endpoints/echo/logs?limit=1000', {});
      return lines.every((line) => text.includes(line));
    };
    await eventually('its container works on it', () => hasPrinted('POST /invocations to-be-cancelled'));
    const { body } = await scene.rest.post<SubmitAnswer>(`invocations/${id}:cancel`);
    expect(body).toMatchObject({ state: 'Cancelled', attempts: [{ number: 1, ended: 'cancelled' }] });
    await eventually('its connection is closed and its cancel path called', () =>
      hasPrinted('closed to-be-cancelled', 'POST /cancel to-be-cancelled'),
    );
  });

  it('closes the connection to the container within 100 ms', async () => {
    const tookMs: number[] = [];
    for (const inferenceId of ['stop-1', 'stop-2', 'stop-3', 'stop-4', 'stop-5']) {
      const id = await submit('echo', { ...knobs('hang'), 'inference-id': inferenceId });
      await eventually('its container works on it', () => printedAt(`POST /invocations ${inferenceId}`));
      const askedAt = Date.now();
      await scene.rest.post(`invocations/${id}:cancel`);
      tookMs.push((await eventually('it is closed', () => printedAt(`closed ${inferenceId}`))) - askedAt);
    }
    // The median of several, because the machine of a test has other work to do.
    expect(tookMs.sort((a, b) => a - b)[2]).toBeLessThan(100);
  });

  it('is refused if the invocation has another end', async () => {
    const id = await submit('echo');
    await scene.settled(id);
    const { body, status } = await scene.rest.delete<SubmitAnswer>(`invocations/${id}`);
    expect([status, body.code]).toEqual([409, 'InvocationSettled']);
    expect(await scene.invocation(id)).toMatchObject({ state: 'Completed' });
  });

  it('many invocations ends only the selected ones', async () => {
    await still('crowd');
    const red = [await submit('crowd', { labels: 'colour=red' }), await submit('crowd', { labels: 'colour=red' })];
    const blue = await submit('crowd', { labels: 'colour=blue' });
    const filter = { endpoint: 'crowd', labels: { colour: 'red' } };
    const dry = await scene.rest.post<Outcome>('invocations:cancel', { ...filter, dryRun: true });
    expect(dry.body).toEqual({ matched: 2, cancelled: 0, invocations: [], refused: [] });
    const { body } = await scene.rest.post<Outcome>('invocations:cancel', filter);
    expect(body).toMatchObject({ matched: 2, cancelled: 2, refused: [] });
    expect(body.invocations.map(({ id, state }) => [id, state]).sort()).toEqual(
      red.map((id) => [id, 'Cancelled']).sort(),
    );
    expect(await scene.invocation(blue)).toMatchObject({ state: 'Queued' });
  });

  it('many invocations ends at most the requested number, the newest first', async () => {
    await still('queue');
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push(await submit('queue'));
    const { body } = await scene.rest.post<Outcome>('invocations:cancel', { endpoint: 'queue', limit: 2 });
    expect([body.matched, body.cancelled]).toEqual([5, 2]);
    expect(idsOf(await list('endpoint=queue&state=Queued'))).toEqual(ids.slice(0, 3).reverse());
  });
});

describe('redriving', () => {
  it('runs a failed invocation again as another one, and each shows the other', async () => {
    const id = await submit('echo', { ...knobs('status=500'), labels: 'run=1', 'inference-id': 'order' });
    const failed = await scene.settled(id);
    const { body, headers, status } = await scene.rest.post<SubmitAnswer>(`invocations/${id}:redrive`);
    expect([status, headers.get('location')]).toEqual([202, `/v1/invocations/${body.id}`]);
    expect(body).toMatchObject({
      redriveOf: id,
      inferenceId: 'order',
      labels: { run: '1' },
      outputLocation: failed['outputLocation'],
    });
    expect(body.id).not.toBe(id);
    expect(await scene.invocation(id)).toMatchObject({ state: 'Failed', redrivenAs: body.id });
    const again = await scene.rest.post<SubmitAnswer>(`invocations/${id}:redrive`);
    expect([again.status, again.body.id]).toEqual([202, body.id]);
  });

  it('accepts a cancelled invocation', async () => {
    const id = await submit('still');
    await scene.rest.delete(`invocations/${id}`);
    const { body } = await scene.rest.post<SubmitAnswer>(`invocations/${id}:redrive`);
    expect(body).toMatchObject({ state: 'Queued', redriveOf: id });
  });

  it.each(['still', 'echo'])('is refused on %s for an invocation without such an end', async (endpointName) => {
    const id = await submit(endpointName);
    if (endpointName === 'echo') await scene.settled(id);
    const { body, status } = await scene.rest.post<SubmitAnswer>(`invocations/${id}:redrive`);
    expect([status, body.code]).toEqual([409, 'InvocationNotSettled']);
  });

  it('many invocations can count them first, and runs each again once', async () => {
    await still('again');
    const ids = [await submit('again'), await submit('again'), await submit('again')];
    await scene.rest.post('invocations:cancel', { endpoint: 'again' });
    const filter = { endpoint: 'again', states: ['Cancelled'], errorClass: ['cancelled'] };
    const dry = await scene.rest.post<Outcome>('invocations:redrive', { ...filter, dryRun: true });
    expect(dry.body).toMatchObject({ matched: 3, redriven: 0 });
    const { body } = await scene.rest.post<Outcome>('invocations:redrive', { ...filter, limit: 2 });
    expect(body).toMatchObject({ matched: 3, redriven: 2, refused: [] });
    const rest = await scene.rest.post<Outcome>('invocations:redrive', filter);
    expect(rest.body).toMatchObject({ matched: 1, redriven: 1 });
    const redriven = [...body.invocations, ...rest.body.invocations].map(({ redriveOf }) => redriveOf);
    expect(redriven.sort()).toEqual(ids.sort());
    expect(idsOf(await list('endpoint=again&state=Queued'))).toHaveLength(3);
  });

  it('many invocations gives the reason of each refusal, and continues with the others', async () => {
    await still('closed');
    const ids = [await submit('closed'), await submit('closed')];
    await scene.rest.post('invocations:cancel', { endpoint: 'closed' });
    await scene.rest.post('endpoints/closed:pause', { intake: true });
    const { body } = await scene.rest.post<Outcome>('invocations:redrive', { endpoint: 'closed' });
    expect(body).toMatchObject({ matched: 2, redriven: 0 });
    expect(body.refused.map(({ id, code }) => [id, code]).sort()).toEqual(ids.map((id) => [id, 'IntakePaused']).sort());
  });

  it.each<[what: string, body: object]>([
    ['impossible states', { states: ['Completed'] }],
    ['no states', { states: [] }],
    ['too many', { limit: 1001 }],
    ['a misspelt member', { endpiont: 'echo' }],
  ])('many invocations is refused for %s', async (_, body) => {
    const { body: problem, status } = await scene.rest.post<SubmitAnswer>('invocations:redrive', body);
    expect([status, problem.code]).toEqual([400, 'InvalidRequest']);
  });
});

describe('a listing', () => {
  let ids: string[];
  let begun: string;
  let middle: string;

  beforeAll(async () => {
    await still('listed');
    begun = new Date().toISOString();
    ids = [
      await submit('listed', { labels: 'team=a,run=1', 'inference-id': 'first' }),
      await submit('listed', { labels: 'team=a,run=2' }),
    ];
    middle = (await scene.invocation(await submit('listed', { labels: 'team=b' })))['acceptedAt'] as string;
    ids = idsOf(await list('endpoint=listed')).reverse();
    await scene.rest.delete(`invocations/${ids[0]}`);
  });

  it.each<[query: string, expected: () => (string | undefined)[]]>([
    ['endpoint=listed', () => [ids[2], ids[1], ids[0]]],
    ['endpoint=listed&state=Queued', () => [ids[2], ids[1]]],
    ['endpoint=listed&state=Queued&state=Cancelled', () => [ids[2], ids[1], ids[0]]],
    ['endpoint=listed&state=Running', () => []],
    ['endpoint=listed&label=team:a', () => [ids[1], ids[0]]],
    ['endpoint=listed&label=team:a&label=run:2', () => [ids[1]]],
    ['endpoint=listed&errorClass=cancelled', () => [ids[0]]],
    ['endpoint=listed&inferenceId=first', () => [ids[0]]],
    ['label=team:b', () => [ids[2]]],
  ])('of %s has what is meant, the newest first', async (query, expected) => {
    expect(idsOf(await list(query))).toEqual(expected());
  });

  it('of a time range has the invocations that were accepted in it', async () => {
    expect(idsOf(await list(`endpoint=listed&acceptedAfter=${begun}`))).toHaveLength(3);
    expect(idsOf(await list(`endpoint=listed&acceptedBefore=${begun}`))).toEqual([]);
    const newest = idsOf(await list(`endpoint=listed&acceptedAfter=${middle}`));
    expect(newest[0]).toBe(ids[2]);
  });

  it('is read page by page, each invocation once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(`endpoint=listed&limit=1${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      expect(page.body.items).toHaveLength(1);
      seen.push(...idsOf(page));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([...ids].reverse());
  });

  it.each(['state=Done', 'label=team', 'acceptedAfter=yesterday', 'errorClass=bad', 'limit=0', 'cursor=%00'])(
    'of %s is refused',
    async (query) => {
      const { status } = await list(query);
      expect(status).toBe(400);
    },
  );
});
