import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { FollowedEvents } from '../support/followed-events.js';
import { SubmitScene } from '../support/submit-scene.js';

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
});
afterAll(() => scene?.[Symbol.asyncDispose]());

async function submit(attributes: string): Promise<string> {
  const { body } = await scene.submit('echo', { 'custom-attributes': attributes }, 'input');
  return body.id;
}

/** Returns the address at which the container of a long invocation may report. */
async function reportPath(): Promise<{ readonly id: string; readonly path: string }> {
  const id = await submit('hang;printHeader=ebb-progress-url');
  const url = await eventually('the container has been told where to report', async () => {
    const { text } = await scene.send('endpoints/echo/logs?limit=1000', {});
    const urls = [...text.matchAll(/ebb-progress-url: (http[^"\\]+)/g)].map((match) => match[1]!);
    return urls.length > seen && (await scene.invocation(id)).state === 'Running' ? urls.at(-1) : undefined;
  });
  seen += 1;
  expect(url).toMatch(`${scene.url}/v1/progress/`);
  return { id, path: new URL(url).pathname.slice('/v1/'.length) };
}
let seen = 0;

describe('a container', () => {
  it('reports its progress to readers and followers while it works', async () => {
    const { id, path } = await reportPath();
    const following = await FollowedEvents.open(scene.url, id);
    expect([(await following.next()).data['state'], (await following.next()).data['state']]).toEqual([
      'Queued',
      'Running',
    ]);
    const { status } = await scene.rest.post(path, { progress: 0.5, message: 'half', data: { page: 3 } });
    expect(status).toBe(204);
    expect(await following.next()).toMatchObject({
      event: 'progress',
      data: { progress: 0.5, message: 'half', data: { page: 3 }, attempt: 1 },
    });
    expect(await scene.invocation(id)).toMatchObject({
      state: 'Running',
      progress: { progress: 0.5, message: 'half' },
    });
    await scene.rest.delete(`invocations/${id}`);
    expect((await following.next()).data).toMatchObject({ state: 'Cancelled' });
  });

  it('sends parts of its result to followers', async () => {
    const { id, path } = await reportPath();
    const headers = { 'content-type': 'image/png' };
    const { status } = await scene.send(`${path}/partial`, { method: 'POST', headers, body: Buffer.from([0, 255]) });
    expect(status).toBe(204);
    await scene.rest.delete(`invocations/${id}`);
    const events = await (await FollowedEvents.open(scene.url, id)).all();
    expect(events.find(({ event }) => event === 'partial')?.data).toMatchObject({
      contentType: 'image/png',
      encoding: 'base64',
      content: 'AP8=',
    });
  });

  it('has its reports shown also after the end', async () => {
    const id = await submit('report=4');
    expect(await scene.settled(id)).toMatchObject({ progress: { progress: 1, message: 'step 4 of 4' } });
  });
});

describe('a report', () => {
  it.each<[what: string, body: object]>([
    ['progress beyond all of it', { progress: 1.5 }],
    ['progress that is no number', { progress: 'half' }],
    ['a long message', { message: 'x'.repeat(1_025) }],
    ['a misspelt member', { percent: 50 }],
  ])('of %s is refused', async (_, body) => {
    const { body: problem, status } = await scene.rest.post<{ code: string }>('progress/any', body);
    expect([status, problem.code]).toEqual([400, 'InvalidRequest']);
  });

  it('that is too long is refused', async () => {
    const { id, path } = await reportPath();
    const { status } = await scene.rest.post(path, { data: 'x'.repeat(20_000) });
    expect(status).toBe(413);
    const part = await scene.send(`${path}/partial`, { method: 'POST', body: Buffer.alloc(262_145) });
    expect([part.status, part.body.code]).toEqual([413, 'BodyTooLarge']);
    expect(await scene.invocation(id)).not.toHaveProperty('progress');
    await scene.rest.delete(`invocations/${id}`);
  });

  it('is refused beyond fifty in a second', async () => {
    const { id, path } = await reportPath();
    const statuses = new Set<number>();
    // A busy machine may not get more than fifty reports through in its first second.
    const refused = await eventually('a report is refused', async () => {
      const answers = await Promise.all(Array.from({ length: 150 }, () => scene.rest.post(path, { progress: 0.1 })));
      for (const { status } of answers) statuses.add(status);
      return answers.find(({ status }) => status === 429);
    });
    expect(statuses).toEqual(new Set([204, 429]));
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    await scene.rest.delete(`invocations/${id}`);
  });

  it('is refused if the attempt is over, or does not exist', async () => {
    const { id, path } = await reportPath();
    await scene.rest.delete(`invocations/${id}`);
    for (const address of [path, `${path}/partial`, 'progress/made-up', `${path.slice(0, -1)}A/partial`]) {
      const { body, status } = await scene.rest.post<{ code: string }>(address, {});
      expect([status, body.code]).toEqual([403, 'AccessDenied']);
    }
  });
});
