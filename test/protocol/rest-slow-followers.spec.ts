import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { FollowedEvents } from '../support/followed-events.js';
import { SubmitScene } from '../support/submit-scene.js';

/** More than all buffers between the two ends hold. */
const PARTS = 120;
const PART = Buffer.alloc(262_144, 'x');

it('a follower that does not read misses old progress, and delays no other follower', async () => {
  await using scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
  const { body } = await scene.submit('echo', { 'custom-attributes': 'hang;printHeader=ebb-progress-url' }, 'x');
  const url = await eventually('the container has been told where to report', async () => {
    const { text } = await scene.send('endpoints/echo/logs?limit=1000', {});
    return /ebb-progress-url: (http[^"\\]+)/.exec(text)?.[1];
  });
  const sleeper = connect(Number(new URL(scene.url).port), '127.0.0.1');
  sleeper.write(`GET /v1/invocations/${body.id}/events HTTP/1.1\r\nHost: ebb\r\n\r\n`);
  await once(sleeper, 'readable');
  const reader = await FollowedEvents.open(scene.url, body.id);

  const send = () => fetch(`${url}/partial`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: PART });
  let taken = 0;
  while (taken < PARTS) if ((await send()).status === 204) taken += 1;
  await scene.rest.delete(`invocations/${body.id}`);
  const events = await reader.all();
  expect(events.filter(({ event }) => event === 'partial').length).toBeGreaterThan(PARTS / 10);
  expect(events.at(-1)?.data).toMatchObject({ state: 'Cancelled' });

  // It reads again, and gets the state at that time.
  let heard = 0;
  let end = '';
  sleeper.on('data', (chunk) => {
    heard += chunk.length;
    end = (end + String(chunk)).slice(-1_000);
  });
  await once(sleeper, 'close');
  expect(heard).toBeLessThan((PARTS * PART.length) / 2);
  expect(end).toContain('"state":"Cancelled"');
});
