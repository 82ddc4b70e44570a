import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { World } from '../world.js';
import { HeldLeases } from './held-leases.js';
import { Reclaimer } from './reclaimer.js';

const MINUTE_MS = 60_000;

/**
 * A running reclaimer, with the endpoints that it dispatched, the errors that it logged, and the values that it
 * measured.
 */
async function aReclaimer() {
  const parts = memoryWorld();
  await deployEndpoint(parts);
  const errors: string[] = [];
  const dispatched: string[] = [];
  const measured: string[] = [];
  const world: World = { ...parts, log: { ...parts.log, error: (event: string) => void errors.push(event) } };
  const leases = new HeldLeases(world);
  const meter = { add: (metric: string) => void measured.push(metric) };
  const reclaimer = new Reclaimer(world, 'worker', leases, meter, (name) => dispatched.push(name));
  reclaimer.start();
  const submit = (inferenceId: string, ttlSeconds?: number) => {
    const input = { location: 's3://results/page' };
    return submitInvocation(world, { endpointName: 'reader', inferenceId, input, ttlSeconds });
  };
  return { ...parts, dispatched, errors, leases, measured, reclaimer, submit, world };
}

test('returns invocations to the backlog if another worker let their leases run out, and signals it', async () => {
  const { clock, invocations, ledger, signals, submit } = await aReclaimer();
  const { id } = await submit('a');
  const now = clock.now();
  await ledger.lease({ endpointName: 'reader', workerId: 'other', count: 1, now, leasedUntil: now + 12_000 });
  const heard: unknown[] = [];
  signals.subscribe((signal) => heard.push(signal));
  await clock.advance(10_000);
  expect([(await invocations.find(id))!.state, heard]).toEqual(['Running', []]);
  await clock.advance(5_000);
  expect([(await invocations.find(id))!.state, heard]).toEqual([
    'Queued',
    [{ kind: 'backlog', endpointName: 'reader' }],
  ]);
});

test('dispatches invocations whose signal was lost', async () => {
  const { clock, dispatched, submit } = await aReclaimer();
  await submit('a');
  expect(dispatched).toEqual([]);
  await clock.advance(5_000);
  expect(dispatched).toEqual(['reader']);
});

test('settles and measures every expired invocation, over several batches, and drops the leases', async () => {
  const { clock, invocations, leases, measured, submit } = await aReclaimer();
  for (let count = 0; count < 130; count += 1) await submit(`page-${count}`, 60);
  await clock.advance(MINUTE_MS + 5_000);
  const states = (await invocations.list({ limit: 1_000 })).map(({ state }) => state);
  expect(states).toEqual(Array.from({ length: 130 }, () => 'Expired'));
  expect(measured.filter((metric) => metric === 'ExpiredRequests')).toHaveLength(130);
  expect(leases.count).toBe(0);
});

test('logs a round that fails, and does its work in the next one', async () => {
  const { clock, errors, invocations, ledger, submit } = await aReclaimer();
  const { id } = await submit('a', 60);
  const { reclaim } = ledger;
  ledger.reclaim = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await clock.advance(MINUTE_MS + 5_000);
  expect(new Set(errors)).toEqual(
    new Set(['The search for expired leases and invocations failed; the worker tries again']),
  );
  ledger.reclaim = reclaim;
  await clock.advance(5_000);
  expect(await invocations.find(id)).toMatchObject({ state: 'Expired' });
});

test('searches for nothing once it is stopped', async () => {
  const { clock, invocations, reclaimer, submit } = await aReclaimer();
  const { id } = await submit('a', 60);
  await reclaimer.stop();
  await clock.advance(2 * MINUTE_MS);
  expect(await invocations.find(id)).toMatchObject({ state: 'Queued' });
});
