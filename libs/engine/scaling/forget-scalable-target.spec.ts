import { describe, expect, it } from 'vitest';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { TargetTracking } from '../../core/scaling/scaling-policy.js';
import { type MemoryWorld, memoryWorld } from '../../../test/support/memory-world.js';
import { createEndpoint } from '../endpoint/create-endpoint.js';
import { createEndpointConfig } from '../endpoint/create-endpoint-config.js';
import { createModel } from '../model/create-model.js';
import { EndpointLife } from '../../../test/support/endpoint-life.js';
import { deleteEndpoint } from '../endpoint/delete-endpoint.js';
import { deleteScalingPolicy } from './delete-scaling-policy.js';
import { forgetScalableTargets } from './forget-scalable-target.js';
import { putScalingPolicy } from './put-scaling-policy.js';
import { putScheduledAction } from './put-scheduled-action.js';
import { deregisterScalableTarget, registerScalableTarget } from './register-scalable-target.js';

const VARIANT = { endpointName: 'OCR', variantName: 'main' };
const RULE: TargetTracking = {
  kind: 'TargetTrackingScaling',
  targetValue: 5,
  metric: { kind: 'predefined', type: 'SageMakerVariantInvocationsPerInstance' },
  scaleOutCooldownMs: 0,
  scaleInCooldownMs: 0,
  disableScaleIn: false,
};
/** More microtask turns than any of the calls takes. */
const TURNS = 60;

async function registeredWorld(): Promise<MemoryWorld> {
  const made = memoryWorld();
  await made.catalog.scalableTargets.create(scalableTargetKey('OCR', 'main'), {
    ...VARIANT,
    id: 'target',
    minCapacity: 0,
    maxCapacity: 4,
    suspended: NOT_SUSPENDED,
    createdAt: made.clock.now(),
  });
  return made;
}

/** A world with an endpoint in service that has the variant, and no scalable target. */
async function servingWorld(): Promise<MemoryWorld> {
  const made = memoryWorld();
  const { catalog, world } = made;
  const variant = { name: 'main', modelName: 'ocr', initialInstanceCount: 0, initialVariantWeight: 1 };
  await createModel(world, { name: 'ocr', container: { image: 'ocr', environment: {} }, tags: {} });
  await createEndpointConfig(world, {
    name: 'ocr',
    variants: [variant],
    asyncInference: { includeResponseIn: [] },
    tags: {},
  });
  await createEndpoint(world, { name: 'OCR', configName: 'ocr', tags: {} });
  await catalog.endpoints.update(endpointKey('OCR'), (current) => ({ ...current, status: 'InService' }));
  return made;
}

const putPolicy = ({ world }: MemoryWorld) => putScalingPolicy(world, { ...VARIANT, name: 'p', rule: RULE });
const putAction = ({ world }: MemoryWorld) =>
  putScheduledAction(world, {
    ...VARIANT,
    name: 'a',
    schedule: { expression: 'rate(1 hour)', parsed: { kind: 'rate', everyMs: 3_600_000 } },
    capacities: { minCapacity: 1 },
  });
const deregister = ({ world }: MemoryWorld) => deregisterScalableTarget(world, 'OCR', 'main');

/** Makes two calls: the second follows the first after `turns` turns of the microtask queue. */
async function overlap(first: () => Promise<unknown>, second: () => Promise<unknown>, turns: number): Promise<void> {
  const calls = [first()];
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  await Promise.allSettled([...calls, second()]);
}

describe('at any moment', () => {
  it.each([
    ['a policy', putPolicy],
    ['a scheduled action', putAction],
  ])('deregistering a target while %s is put leaves nothing of it', async (_, put) => {
    for (let turns = 0; turns < TURNS; turns += 1) {
      const made = await registeredWorld();
      await overlap(
        () => put(made),
        () => deregister(made),
        turns,
      );
      expect(await left(made), `after ${turns} turns`).toEqual({ policies: 0, actions: 0, alarms: 0 });
    }
  });

  it('deleting a policy while it is put again keeps its alarms only if the policy stays', async () => {
    for (let turns = 0; turns < TURNS; turns += 1) {
      const made = await registeredWorld();
      await putPolicy(made);
      await overlap(
        () => putPolicy(made),
        () => deleteScalingPolicy(made.world, VARIANT, 'p'),
        turns,
      );
      const { policies, alarms } = await left(made);
      expect(alarms, `after ${turns} turns`).toBe(policies * 2);
    }
  });
});

it('a registration that is slower than the deletion of its endpoint leaves no target behind', async () => {
  const { catalog, world } = await servingWorld();
  const { scalableTargets } = catalog;
  const create = scalableTargets.create.bind(scalableTargets);
  scalableTargets.create = async (...target) => {
    await deleteEndpoint(world, 'OCR');
    await new EndpointLife(world).deleted('OCR');
    return create(...target);
  };
  const registered = registerScalableTarget(world, { ...VARIANT, minCapacity: 0, maxCapacity: 4 });
  await expect(registered).rejects.toThrow("variant doesn't exist");
  expect(await scalableTargets.all()).toEqual([]);
});

it('forgets all targets, policies and actions under an endpoint name, except those of kept variants and other endpoints', async () => {
  const made = await registeredWorld();
  await putPolicy(made);
  await putAction(made);
  const other = { ...(await made.catalog.scalableTargets.all())[0]!, endpointName: 'OCR-2' };
  await made.catalog.scalableTargets.create(scalableTargetKey('OCR-2', 'main'), other);
  await forgetScalableTargets(made.world, 'OCR', ['main']);
  expect(await left(made)).toEqual({ policies: 1, actions: 1, alarms: 2 });
  // This is the state that a crash halfway leaves.
  await made.catalog.scalableTargets.delete(scalableTargetKey('OCR', 'main'));
  await forgetScalableTargets(made.world, 'OCR', []);
  expect(await left(made)).toEqual({ policies: 0, actions: 0, alarms: 0 });
  expect(await made.catalog.scalableTargets.all()).toHaveLength(1);
});

async function left({ catalog }: MemoryWorld) {
  return {
    policies: (await catalog.scalingPolicies.all()).length,
    actions: (await catalog.scheduledActions.all()).length,
    alarms: (await catalog.alarms.all()).length,
  };
}
