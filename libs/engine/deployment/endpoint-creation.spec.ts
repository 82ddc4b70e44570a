import { describe, expect, it } from 'vitest';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { EbbError } from '../../core/errors.js';
import { Fleet } from '../instance/fleet.js';
import { EndpointCreation } from './endpoint-creation.js';

const BOOT_MS = 2_000;

/** An endpoint that begins with `instances`; the test says when it is looked at. */
async function aCreation({ instances = 0, launch }: { instances?: number; launch?: () => LaunchScript }) {
  const parts = memoryWorld({ launch: launch ?? (() => ({ bootMs: BOOT_MS })) });
  const { catalog, world } = parts;
  await deployEndpoint(parts, { minimum: instances, maximum: 5 });
  await catalog.endpoints.update('reader', (current) => ({ ...current, status: 'Creating' }));
  const fleet = new Fleet(world);
  const creation = new EndpointCreation(world, fleet);
  const stopping = new AbortController();
  const read = async () => (await catalog.endpoints.get('reader'))!;
  const advance = async () => creation.advance(await read(), stopping.signal);
  return { ...parts, advance, creation, fleet, read, stopping };
}

describe('a new endpoint with instances', () => {
  it('is in service when all of them are, and not before', async () => {
    const { advance, clock, fleet, read } = await aCreation({ instances: 2 });
    expect(await advance()).toBeUndefined();
    expect(fleet.counts('reader').starting).toBe(2);
    expect((await read()).status).toBe('Creating');
    await clock.advance(BOOT_MS + 500);
    await advance();
    expect(await read()).toMatchObject({ status: 'InService', modifiedAt: clock.now() });
  });

  it('asks to be looked at again when the next launch may begin', async () => {
    const error = new EbbError('InstanceUnavailable', 'No such capacity.');
    const { advance, clock, read } = await aCreation({ instances: 1, launch: () => ({ error }) });
    await advance();
    await clock.advance(10);
    const dueAt = (await advance())!;
    expect(dueAt).toBeGreaterThan(clock.now());
    expect((await read()).status).toBe('Creating');
  });

  it('is Failed with the reason of its launches when they cannot succeed', async () => {
    const error = new EbbError('ImageNotFound', 'There is no image "model".');
    const { advance, clock, read } = await aCreation({ instances: 1, launch: () => ({ error }) });
    await advance();
    await clock.advance(10);
    expect(await advance()).toBeUndefined();
    expect(await read()).toMatchObject({ status: 'Failed', failureReason: 'There is no image "model".' });
  });

  it('is Failed with a reason no longer than SageMaker allows', async () => {
    const error = new EbbError('ImageNotFound', 'x'.repeat(2_000));
    const { advance, clock, read } = await aCreation({ instances: 1, launch: () => ({ error }) });
    await advance();
    await clock.advance(10);
    await advance();
    expect((await read()).failureReason).toHaveLength(1_024);
  });
});

describe('a new endpoint at zero', () => {
  it('is in service once it is proven, without a launch', async () => {
    const { advance, fleet, read } = await aCreation({});
    await advance();
    expect((await read()).status).toBe('InService');
    expect(fleet.counts('reader')).toEqual({ starting: 0, inService: 0, draining: 0 });
  });

  it('is Failed if no instance of it could be launched', async () => {
    const error = new EbbError('ModelDataUnusable', 'The archive is cut off.');
    const { advance, read } = await aCreation({ launch: () => ({ error }) });
    await advance();
    expect(await read()).toMatchObject({ status: 'Failed', failureReason: 'The archive is cut off.' });
  });

  it('waits out an outage for as long as a container may take to start', async () => {
    const { advance, clock, instances, read } = await aCreation({});
    instances.check = async () => {
      throw new EbbError('Unavailable', 'The registry does not answer.');
    };
    expect(await advance()).toBe(clock.now() + 1_000);
    expect((await read()).status).toBe('Creating');
    await clock.advance(480_000);
    expect(await advance()).toBeUndefined();
    expect(await read()).toMatchObject({ status: 'Failed', failureReason: 'The registry does not answer.' });
  });

  it('is neither in service nor Failed if its proof was called off', async () => {
    const { advance, instances, read, stopping } = await aCreation({});
    instances.check = async () => {
      stopping.abort();
      throw new Error('The pull was called off.');
    };
    expect(await advance()).toBeUndefined();
    expect((await read()).status).toBe('Creating');
  });
});

it('changes nothing if the endpoint is no longer Creating', async () => {
  const { catalog, creation, read, stopping } = await aCreation({});
  const before = await read();
  await catalog.endpoints.update('reader', (current) => ({ ...current, status: 'Deleting' }));
  await creation.advance(before, stopping.signal);
  expect((await read()).status).toBe('Deleting');
});
