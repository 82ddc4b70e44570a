import { expect, it } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { Fleet } from '../instance/fleet.js';
import { EndpointDeletion } from './endpoint-deletion.js';

/** An endpoint with instances that is being deleted; the test says when it is looked at. */
async function aDeletion({ instances = 0 } = {}) {
  const parts = memoryWorld();
  const { catalog, clock, world } = parts;
  const endpoint = await deployEndpoint(parts, { minimum: instances, maximum: 5 });
  const fleet = new Fleet(world);
  fleet.route(endpoint);
  fleet.meetTargets(endpoint);
  await clock.advance(1_000);
  const forgotten: string[] = [];
  const forget = async (endpointName: string, variantName: string): Promise<void> => {
    forgotten.push(`${endpointName}/${variantName}`);
  };
  const deletion = new EndpointDeletion(world, fleet, { forget });
  const read = () => catalog.endpoints.get('reader');
  return {
    ...parts,
    deletion,
    fleet,
    forgotten,
    read,
    submit: () => submitInvocation(world, { endpointName: 'reader', input: { body: new Uint8Array(1) } }),
    begin: () => catalog.endpoints.update('reader', (current) => ({ ...current, status: 'Deleting' })),
    advance: async () => deletion.advance((await read())!),
  };
}

it('lets running invocations finish before the record goes', async () => {
  const { advance, begin, clock, fleet, read } = await aDeletion({ instances: 2 });
  const [slot] = fleet.reserve('reader', 1);
  fleet.occupy(slot!);
  await begin();
  await advance();
  await clock.advance(1_000);
  await advance();
  expect(fleet.counts('reader')).toEqual({ starting: 0, inService: 0, draining: 1 });
  expect(await read()).toMatchObject({ status: 'Deleting' });
  fleet.free(slot!);
  await clock.advance(1_000);
  await advance();
  expect(await read()).toBeUndefined();
});

it('waits for invocations that are on their way back to the backlog', async () => {
  const { advance, begin, clock, invocations, ledger, read, submit } = await aDeletion();
  await submit();
  const now = clock.now();
  const request = { endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil: now + 30_000 };
  const [leased] = await ledger.lease(request);
  await begin();
  expect(await advance()).toBe(now + 200);
  expect(await read()).toMatchObject({ status: 'Deleting' });
  await ledger.release({ invocationId: leased!.id, attempt: leased!.attempt }, false);
  expect(await advance()).toBeUndefined();
  expect(await invocations.find(leased!.id)).toMatchObject({ state: 'Failed' });
  expect(await read()).toBeUndefined();
});

it('settles queued invocations, and removes the scalable targets and the histories of the endpoint', async () => {
  const { advance, begin, catalog, clock, forgotten, invocations, submit } = await aDeletion();
  const { id } = await submit();
  await catalog.scalableTargets.create(scalableTargetKey('reader', 'AllTraffic'), {
    id: 'target',
    endpointName: 'reader',
    variantName: 'AllTraffic',
    minCapacity: 0,
    maxCapacity: 5,
    suspended: NOT_SUSPENDED,
    createdAt: clock.now(),
  });
  await begin();
  await advance();
  expect(await invocations.find(id)).toMatchObject({
    state: 'Failed',
    failureReason: expect.stringContaining('The endpoint reader was deleted before it processed the request.'),
  });
  expect(await catalog.scalableTargets.all()).toEqual([]);
  expect(forgotten).toEqual(['reader/AllTraffic']);
});

it('keeps the record until all is done, so that it is done again after a crash', async () => {
  const { advance, begin, ledger, read, submit } = await aDeletion();
  await submit();
  await begin();
  const lease = ledger.lease.bind(ledger);
  ledger.lease = () => Promise.reject(new Error('no answer'));
  await expect(advance()).rejects.toThrow('no answer');
  expect(await read()).toMatchObject({ status: 'Deleting' });
  ledger.lease = lease;
  await advance();
  expect(await read()).toBeUndefined();
});

it('drains instances and settles invocations of an endpoint that no longer exists', async () => {
  const { catalog, clock, deletion, fleet, invocations, submit } = await aDeletion({ instances: 1 });
  const { id } = await submit();
  await catalog.endpoints.delete('reader');
  await deletion.clearUpAfter('reader');
  await clock.advance(1_000);
  expect(fleet.counts('reader')).toEqual({ starting: 0, inService: 0, draining: 0 });
  expect(await invocations.find(id)).toMatchObject({
    state: 'Failed',
    failureReason: expect.stringContaining('The endpoint reader does not exist any more.'),
  });
});
