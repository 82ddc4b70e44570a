import { afterAll, beforeAll, expect, it } from 'vitest';
import { readProcessFigures } from '../bench/process-figures.js';
import { eventually } from '../support/eventually.js';
import { FollowedEvents } from '../support/followed-events.js';
import { RestClient } from '../support/rest-client.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

/** The followers of one invocation; as many again follow one invocation each. */
const FOLLOWERS = 1_000;
/** The most connections that are opened at once. */
const AT_ONCE = 100;
/** The most by which memory may grow. All followers take about 100 MB, connections included. */
const MAX_GROWTH_MB = 200;
const MAX_LATENCY_MS = 2_000;

let ebb: StandaloneProcess;
let rest: RestClient;

beforeAll(async () => {
  ebb = await startStandalone();
  rest = new RestClient(ebb.url);
  await rest.post('endpoints', { name: 'still', image: 'echo' });
  await eventually('it takes work', async () => {
    return (await rest.get<{ status: string }>('endpoints/still')).body.status === 'InService';
  });
  await rest.post('endpoints/still:pause', { dispatch: true });
});
afterAll(() => ebb?.stop());

async function submit(count: number): Promise<string[]> {
  const line = JSON.stringify({ input: 'x' });
  const answer = await fetch(`${ebb.url}/v1/endpoints/still/invocations:batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${line}\n`.repeat(count),
  });
  const lines = (await answer.text()).trim().split('\n');
  return lines.map((each) => (JSON.parse(each) as { invocation: { id: string } }).invocation.id);
}

async function followAll(ids: readonly string[]): Promise<FollowedEvents[]> {
  const followers: FollowedEvents[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const batch = ids.slice(from, from + AT_ONCE).map((id) => FollowedEvents.open(ebb.url, id));
    followers.push(...(await Promise.all(batch)));
  }
  return followers;
}

/** Returns the next state that each follower gets. */
function nextStates(followers: readonly FollowedEvents[]): Promise<unknown[]> {
  return Promise.all(followers.map(async (follower) => (await follower.next()).data['state']));
}

it('Ebb notifies two thousand followers at once, in little memory and time', async () => {
  const [shared, ...own] = [...(await submit(1)), ...(await submit(FOLLOWERS))];
  const before = readProcessFigures(ebb.pid).rssMb;
  const together = await followAll(Array.from({ length: FOLLOWERS }, () => shared!));
  const apart = await followAll(own);
  expect(new Set(await nextStates([...together, ...apart]))).toEqual(new Set(['Queued']));

  const toldTogether = nextStates(together);
  let begun = performance.now();
  await rest.delete(`invocations/${shared}`);
  expect(new Set(await toldTogether)).toEqual(new Set(['Cancelled']));
  const latencyMs = performance.now() - begun;

  begun = performance.now();
  const toldApart = nextStates(apart);
  const { body } = await rest.post<{ cancelled: number }>('invocations:cancel', { endpoint: 'still', limit: 1_000 });
  const cancelledMs = performance.now() - begun;
  expect(body.cancelled).toBe(FOLLOWERS);
  expect(new Set(await toldApart)).toEqual(new Set(['Cancelled']));
  const lagMs = performance.now() - begun - cancelledMs;

  const growthMb = readProcessFigures(ebb.pid).peakRssMb - before;
  expect(growthMb).toBeLessThan(MAX_GROWTH_MB);
  expect(latencyMs).toBeLessThan(MAX_LATENCY_MS);
  expect(lagMs).toBeLessThan(MAX_LATENCY_MS);
  // Each stream ends with its invocation.
  expect((await Promise.all([...together, ...apart].map((follower) => follower.all()))).flat()).toEqual([]);
});
