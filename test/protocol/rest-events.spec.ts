import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FollowedEvents } from '../support/followed-events.js';
import { SubmitScene } from '../support/submit-scene.js';

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
  await scene.deploy('still');
  await scene.holdBack('still');
});
afterAll(() => scene?.[Symbol.asyncDispose]());

async function submit(endpointName: string, attributes: string): Promise<string> {
  const { body } = await scene.submit(endpointName, { 'custom-attributes': attributes }, 'input');
  return body.id;
}

const follow = (id: string, lastEventId?: string) => FollowedEvents.open(scene.url, id, lastEventId);

describe('a follower of an invocation', () => {
  it('gets every state and every report of the container as it happens, until the end', async () => {
    const id = await submit('echo', 'report=3;delayMs=50');
    const events = await follow(id).then((following) => following.all());
    expect(events.map(({ event }) => event)).toEqual([
      'state',
      'state',
      'progress',
      'progress',
      'progress',
      'partial',
      'state',
    ]);
    expect(events.flatMap(({ data }) => data['state'] ?? [])).toEqual(['Queued', 'Running', 'Completed']);
    expect(events.flatMap(({ data }) => data['message'] ?? [])).toEqual(['step 1 of 3', 'step 2 of 3', 'step 3 of 3']);
    expect(events[5]?.data).toMatchObject({
      contentType: 'text/plain',
      encoding: 'utf-8',
      content: 'a part',
      attempt: 1,
    });
    const { outputLocation } = await scene.invocation(id);
    expect(events[6]?.data).toMatchObject({ id, outputLocation });
  });

  it('gets the end at once if the invocation is settled', async () => {
    const id = await submit('echo', 'report=1');
    await scene.settled(id);
    const first = await (await follow(id)).all();
    expect(await (await follow(id)).all()).toEqual(first);
    expect(first.at(-1)?.data).toMatchObject({ state: 'Completed' });
  });

  it('continues after the last event that it has seen', async () => {
    const id = await submit('echo', 'report=2');
    const all = await (await follow(id)).all();
    for (const [index, { id: lastEventId }] of all.entries()) {
      expect(await (await follow(id, lastEventId)).all()).toEqual(all.slice(index + 1));
    }
  });

  it('gets the reason of a failure', async () => {
    const id = await submit('echo', 'status=500');
    const events = await (await follow(id)).all();
    expect(events.at(-1)?.data).toMatchObject({ state: 'Failed', errorClass: 'model-error' });
  });

  it('gets the cancellation', async () => {
    const id = await submit('still', '');
    const following = await follow(id);
    expect((await following.next()).data).toMatchObject({ state: 'Queued' });
    await scene.rest.delete(`invocations/${id}`);
    expect((await following.next()).data).toMatchObject({ state: 'Cancelled', errorClass: 'cancelled' });
    expect(await following.all()).toEqual([]);
  });

  it('may leave at any time', async () => {
    const id = await submit('still', '');
    const following = await follow(id);
    await following.next();
    following.leave();
    await scene.rest.delete(`invocations/${id}`);
    expect(await scene.settled(id)).toMatchObject({ state: 'Cancelled' });
  });

  it('is refused if the invocation does not exist', async () => {
    const { body, status } = await scene.rest.get<{ code: string }>('invocations/nothing/events');
    expect([status, body.code]).toEqual([404, 'InvocationNotFound']);
  });
});

describe('an Ebb that stops', () => {
  it('ends the streams of all followers, and all waiting requests', async () => {
    const stopped = await SubmitScene.start();
    await stopped.deploy('still');
    await stopped.holdBack('still');
    const { body } = await stopped.submit('still', {}, 'x');
    const following = await FollowedEvents.open(stopped.url, body.id);
    await following.next();
    const waiting = stopped.rest.get<{ state: string }>(`invocations/${body.id}?wait=60`);
    // A later request has been answered, so this one waits.
    await stopped.invocation(body.id);
    const begun = performance.now();
    await stopped[Symbol.asyncDispose]();
    expect(await following.all()).toEqual([]);
    expect(await waiting).toMatchObject({ status: 200, body: { state: 'Queued' } });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
