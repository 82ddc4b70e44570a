import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { Fleet } from '../instance/fleet.js';
import { World } from '../world.js';
import { Dispatcher } from './dispatcher.js';

/**
 * A dispatcher over one instance whose slots are never freed, with the invocations that it has begun and the errors
 * that it logged.
 */
async function aDispatcher(slots = 2) {
  const parts = memoryWorld();
  const { clock, ledger } = parts;
  const errors: string[] = [];
  const world: World = { ...parts, log: { ...parts.log, error: (event: string) => void errors.push(event) } };
  const endpoint = await deployEndpoint(parts, { asyncInference: { maxConcurrentInvocationsPerInstance: slots } });
  const fleet = new Fleet(world);
  fleet.launch(endpoint, endpoint.variants[0]!, 1);
  await clock.advance(0);
  const begun: string[] = [];
  const dispatcher = new Dispatcher(world, fleet, 'worker', ({ inferenceId, id }, slot) => {
    fleet.occupy(slot, id);
    begun.push(inferenceId);
  });
  let leases = 0;
  const lease = ledger.lease.bind(ledger);
  ledger.lease = async (request) => {
    leases += 1;
    return lease(request);
  };
  const submit = async (...inferenceIds: string[]): Promise<void> => {
    for (const inferenceId of inferenceIds) {
      await submitInvocation(world, { endpointName: 'reader', inferenceId, input: { location: 's3://results/page' } });
    }
  };
  return { ...parts, begun, dispatcher, errors, leases: () => leases, submit };
}

test('begins at most one invocation a slot, the first accepted first', async () => {
  const { begun, clock, dispatcher, submit } = await aDispatcher();
  await submit('a', 'b', 'c');
  dispatcher.dispatch('reader');
  await clock.settle();
  expect(begun).toEqual(['a', 'b']);
});

test('begins more than one batch at once if there are slots for it', async () => {
  const { begun, clock, dispatcher, leases, submit } = await aDispatcher(100);
  await submit(...Array.from({ length: 100 }, (_, index) => `page-${index}`));
  dispatcher.dispatch('reader');
  await clock.settle();
  expect([begun.length, leases()]).toEqual([100, 2]);
});

test('does not ask the ledger if no slot is free', async () => {
  const { clock, dispatcher, leases, submit } = await aDispatcher(1);
  await submit('a', 'b');
  dispatcher.dispatch('reader');
  await clock.settle();
  dispatcher.dispatch('reader');
  dispatcher.dispatch('unknown');
  await clock.settle();
  expect(leases()).toBe(1);
});

test('asks a failing ledger again a second later, regardless of the number of signals meanwhile', async () => {
  const { begun, clock, dispatcher, errors, ledger, submit } = await aDispatcher();
  await submit('a');
  const { lease } = ledger;
  let asked = 0;
  ledger.lease = async () => {
    asked += 1;
    throw new EbbError('Unavailable', 'No answer.');
  };
  for (let ms = 0; ms < 1_000; ms += 10) {
    dispatcher.dispatch('reader');
    await clock.advance(10);
  }
  expect([asked, begun]).toEqual([2, []]);
  expect(new Set(errors)).toEqual(new Set(['The ledger could not lease invocations; the worker tries again']));
  ledger.lease = lease;
  await clock.advance(1_000);
  expect(begun).toEqual(['a']);
});

test('leases nothing once it is stopped', async () => {
  const { begun, clock, dispatcher, submit } = await aDispatcher();
  await submit('a');
  await dispatcher.stop();
  dispatcher.dispatch('reader');
  await clock.advance(10_000);
  expect(begun).toEqual([]);
});
