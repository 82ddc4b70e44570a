import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { CancelAnswer } from '../../core/ports/instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { InvocationScript } from '../../../test/support/memory-instances.js';
import { cancelInvocation } from '../invocation/cancel-invocation.js';
import { Fleet } from '../instance/fleet.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { WorkerLoop } from './worker-loop.js';

/** A worker with one instance of two slots in service. */
async function aWorker(script: (inferenceId: string) => InvocationScript = () => ({}), cancel?: () => CancelAnswer) {
  const parts = memoryWorld({ invoke: (_id, { inferenceId }) => script(inferenceId), cancel });
  const { world, clock, invocations } = parts;
  const endpoint = await deployEndpoint(parts, { asyncInference: { maxConcurrentInvocationsPerInstance: 2 } });
  const fleet = new Fleet(world);
  const worker = new WorkerLoop(world, fleet, 'worker', { add: () => undefined });
  await worker.start();
  fleet.launch(endpoint, endpoint.variants[0]!, 1);
  await clock.advance(0);
  return {
    ...parts,
    endpoint,
    fleet,
    worker,
    submit: async (...inferenceIds: string[]): Promise<void> => {
      for (const inferenceId of inferenceIds) {
        await submitInvocation(world, { endpointName: 'reader', inferenceId, input: { body: Buffer.from('page') } });
      }
    },
    /** The invocations by inference id. */
    states: async (): Promise<Record<string, string>> => {
      const all = await invocations.list({});
      return Object.fromEntries(all.map(({ inferenceId, state }) => [inferenceId, state]));
    },
    find: async (inferenceId: string): Promise<Invocation> => {
      return (await invocations.list({})).find((invocation) => invocation.inferenceId === inferenceId)!;
    },
    instance: () => fleet.instances('reader')[0]!,
  };
}

test('leases at most one invocation a free slot, and the next as soon as a slot is free', async () => {
  const { submit, clock, states, instance } = await aWorker(() => ({ serviceMs: 1_000 }));
  await submit('a', 'b', 'c');
  await clock.settle();
  expect(await states()).toEqual({ a: 'Running', b: 'Running', c: 'Queued' });
  expect(instance().busy).toBe(2);
  await clock.advance(1_000);
  expect(await states()).toEqual({ a: 'Completed', b: 'Completed', c: 'Running' });
  await clock.advance(1_000);
  expect(await states()).toMatchObject({ c: 'Completed' });
  expect(instance().busy).toBe(0);
});

test('does not reset the idle time of an instance if it finds no invocation', async () => {
  const { signals, clock, instance } = await aWorker();
  const { idleSince } = instance();
  await clock.advance(7_000);
  signals.notify({ kind: 'backlog', endpointName: 'reader' });
  await clock.settle();
  expect(instance()).toMatchObject({ idleSince, busy: 0 });
});

test.each<[what: string, script: InvocationScript, withoutInput: boolean, hasAnswered: boolean]>([
  ['takes an answer as a sign that the model works', {}, false, true],
  ['takes an error answer as a sign that the model works', { status: 500 }, false, true],
  ['takes an unreadable input as no sign that the model works', {}, true, false],
  ['takes a timeout as no sign that the model works', { end: 'hang' }, false, false],
])('%s', async (_what, script, withoutInput, hasAnswered) => {
  const { clock, instance, world } = await aWorker(() => script);
  const input = withoutInput ? { location: 's3://results/nothing-here' } : { body: Buffer.from('page') };
  await submitInvocation(world, { endpointName: 'reader', input, timeoutSeconds: 10 });
  await clock.advance(11_000);
  expect(instance()).toMatchObject({ busy: 0, hasAnswered });
});

test('begins queued invocations as soon as their variant may take them', async () => {
  const { clock, endpoint, fleet, states, submit } = await aWorker();
  fleet.hold('reader');
  await submit('a');
  await clock.settle();
  expect(await states()).toEqual({ a: 'Queued' });
  fleet.route(endpoint);
  await clock.advance(0);
  expect(await states()).toEqual({ a: 'Completed' });
});

test('frees the slots of a lease that failed, and tries it again', async () => {
  const { ledger, submit, clock, states, instance } = await aWorker();
  const lease = ledger.lease.bind(ledger);
  ledger.lease = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await submit('a');
  await clock.settle();
  expect(instance().busy).toBe(0);
  ledger.lease = lease;
  await clock.advance(1_000);
  expect(await states()).toEqual({ a: 'Completed' });
});

test('finds an invocation that was accepted during a look at the next look', async () => {
  const { ledger, submit, clock, states } = await aWorker();
  const lease = ledger.lease.bind(ledger);
  ledger.lease = async (request) => {
    const leased = await lease(request);
    await clock.sleep(100);
    return leased;
  };
  await submit('a');
  await clock.advance(50);
  await submit('b');
  await clock.advance(200);
  expect(await states()).toEqual({ a: 'Completed', b: 'Completed' });
});

test('finds an invocation whose signal was lost', async () => {
  const { signals, submit, clock, states } = await aWorker();
  signals.notify = () => {};
  await submit('a');
  await clock.settle();
  expect(await states()).toEqual({ a: 'Queued' });
  await clock.advance(5_000);
  expect(await states()).toEqual({ a: 'Completed' });
});

test('leases no more when it stops, waits for running invocations, and renews their leases meanwhile', async () => {
  const { worker, submit, clock, states, find } = await aWorker(() => ({ serviceMs: 100_000 }));
  await submit('a', 'b', 'c');
  await clock.settle();
  let hasStopped = false;
  void worker.stop().then(() => (hasStopped = true));
  await clock.advance(99_999);
  expect(hasStopped).toBe(false);
  expect((await find('a')).leasedUntil).toBeGreaterThan(clock.now());
  await clock.advance(1);
  expect(hasStopped).toBe(true);
  expect(await states()).toEqual({ a: 'Completed', b: 'Completed', c: 'Queued' });
});

test('returns running invocations to the backlog when it is killed, without counting the attempts', async () => {
  const { worker, submit, clock, find, instances } = await aWorker(() => ({ end: 'hang' }));
  await submit('a', 'b', 'c');
  await clock.settle();
  expect(worker.runningCount).toBe(2);
  const stopped = worker.stop();
  worker.kill();
  await stopped;
  expect(worker.runningCount).toBe(0);
  for (const inferenceId of ['a', 'b']) {
    expect(await find(inferenceId)).toMatchObject({ state: 'Queued', brokenAttempts: 0 });
  }
  expect(instances.terminatedBusy).toEqual([]);
});

test('does not wait for the grace of a container when it is killed', async () => {
  const answer = { isAcknowledged: false, endsInstanceAfterMs: 3_600_000 };
  const { world, worker, submit, clock, find } = await aWorker(
    () => ({ end: 'hang' }),
    () => answer,
  );
  await submit('a');
  await clock.settle();
  await cancelInvocation(world, (await find('a')).id);
  await clock.settle();
  let hasStopped = false;
  void worker.stop().then(() => (hasStopped = true));
  worker.kill();
  await clock.advance(0);
  expect(hasStopped).toBe(true);
});

test('returns invocations at once that are leased while it stops', async () => {
  const { ledger, worker, submit, clock, find, instances, logs } = await aWorker();
  const lease = ledger.lease.bind(ledger);
  ledger.lease = async (request) => {
    const leased = await lease(request);
    await clock.sleep(50);
    return leased;
  };
  await submit('a');
  await clock.settle();
  let hasStopped = false;
  void worker.stop().then(() => (hasStopped = true));
  await clock.settle();
  expect(hasStopped).toBe(false);
  await clock.advance(50);
  expect(hasStopped).toBe(true);
  expect(await find('a')).toMatchObject({ state: 'Queued', brokenAttempts: 0 });
  const [instance] = await instances.list();
  expect(await logs.tail(instance!.instanceId, 1)).toMatchObject([{ text: 'ready' }]);
});

test('disconnects a cancelled invocation from its container at once, and frees its slot', async () => {
  const { world, worker, submit, states, clock, find, instances, instance } = await aWorker((id) => {
    return id === 'c' ? {} : { end: 'hang' };
  });
  await submit('a', 'b', 'c');
  await clock.settle();
  await cancelInvocation(world, (await find('a')).id);
  await clock.advance(1);
  expect(worker.runningCount).toBe(1);
  expect(instances.cancelled).toEqual([{ instanceId: instance().id, inferenceId: 'a' }]);
  expect(await states()).toEqual({ a: 'Cancelled', b: 'Running', c: 'Completed' });
});

test('ends an instance that does not confirm a stop after its grace, once its other invocations are done', async () => {
  const answer = { isAcknowledged: false, endsInstanceAfterMs: 1_000 };
  const { world, submit, states, clock, find, fleet, instances } = await aWorker(
    (id) => (id === 'a' ? { end: 'hang' } : { serviceMs: 5_000 }),
    () => answer,
  );
  await submit('a', 'b');
  await clock.settle();
  await cancelInvocation(world, (await find('a')).id);
  await clock.advance(999);
  expect(fleet.counts('reader')).toMatchObject({ inService: 1 });
  await clock.advance(1);
  expect(fleet.counts('reader')).toMatchObject({ inService: 0, draining: 1 });
  await clock.advance(4_000);
  expect(await states()).toEqual({ a: 'Cancelled', b: 'Completed' });
  expect(await instances.list()).toEqual([]);
  expect(instances.terminatedBusy).toEqual([]);
});

test('keeps an instance in service that confirms a stop', async () => {
  const answer = { isAcknowledged: true, endsInstanceAfterMs: 1_000 };
  const { world, submit, clock, find, fleet } = await aWorker(
    () => ({ end: 'hang' }),
    () => answer,
  );
  await submit('a');
  await clock.settle();
  await cancelInvocation(world, (await find('a')).id);
  await clock.advance(2_000);
  expect(fleet.counts('reader')).toMatchObject({ inService: 1, draining: 0 });
});

test('ends an attempt at the next renewal if it was cancelled or another worker holds its lease', async () => {
  const { ledger, worker, submit, clock, find } = await aWorker(() => ({ end: 'hang' }));
  await submit('a');
  await clock.settle();
  const { id } = await find('a');
  await ledger.cancel(id, { settledAt: clock.now() }, []);
  await clock.advance(10_000);
  expect(worker.runningCount).toBe(0);
  expect(await find('a')).toMatchObject({ state: 'Cancelled' });
});

test('renews a second attempt at an invocation that it still runs', async () => {
  const { ledger, worker, submit, clock, find } = await aWorker(() => ({ serviceMs: 60_000 }));
  await submit('a');
  await clock.settle();
  const { id } = await find('a');
  await ledger.release({ invocationId: id, attempt: 1 }, false);
  await clock.advance(5_000);
  expect(worker.runningCount).toBe(2);
  await clock.advance(10_000);
  expect(worker.runningCount).toBe(1);
  await clock.advance(50_000);
  expect(await find('a')).toMatchObject({ state: 'Completed', attempt: 2 });
});

test('settles an invocation that expires in the backlog without an instance', async () => {
  const { fleet, world, clock, find } = await aWorker();
  await fleet.terminateAll();
  const input = { body: Buffer.from('page') };
  await submitInvocation(world, { endpointName: 'reader', inferenceId: 'a', input, ttlSeconds: 60 });
  await clock.advance(59_999);
  expect(await find('a')).toMatchObject({ state: 'Queued' });
  await clock.advance(5_001);
  expect(await find('a')).toMatchObject({ state: 'Expired' });
});

test('counts an instance that broke every connection and then died as a failed launch', async () => {
  const { submit, states, clock, fleet, instances, instance } = await aWorker(() => ({ end: 'reset' }));
  await submit('a');
  await clock.advance(2_000);
  expect(await states()).toEqual({ a: 'Failed' });
  instances.kill(instance().id);
  await clock.advance(0);
  expect(fleet.launchFailures('reader', 'AllTraffic')).toMatchObject({ count: 1 });
});

test('counts one attempt if an instance is seen to die a moment after its connection broke', async () => {
  const { submit, find, clock, instances, instance } = await aWorker(() => ({ end: 'reset' }));
  await submit('a');
  await clock.advance(100);
  instances.kill(instance().id);
  await clock.advance(0);
  expect(await find('a')).toMatchObject({ state: 'Queued', attempt: 1, brokenAttempts: 1 });
});
