import { expect, it } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { observation } from '../../../test/support/scaling-samples.js';
import { endLeftoverActivities } from './end-leftover-activities.js';

function activity(id: string, status: 'InProgress' | 'Successful') {
  return {
    id,
    endpointName: 'reader',
    variantName: 'AllTraffic',
    from: 0,
    to: 1,
    description: 'Setting desired instance count to 1.',
    cause: 'backlog',
    status,
    startedAt: 0,
    observation: observation(),
    answers: [],
    notScaledReasons: [],
  };
}

it('ends the activities that an earlier run left in progress, and leaves ended ones', async () => {
  const { catalog, clock, world } = memoryWorld();
  await catalog.activities.record(activity('1', 'Successful'));
  await catalog.activities.record(activity('2', 'InProgress'));

  await endLeftoverActivities(world);

  const [second, first] = await catalog.activities.list({ limit: 10 });
  expect(first).toMatchObject({ id: '1', status: 'Successful' });
  expect(second).toMatchObject({
    id: '2',
    status: 'Failed',
    statusMessage: 'Failed to set desired instance count to 1. Reason: Ebb was stopped before it was done.',
    endedAt: clock.now(),
  });
});
