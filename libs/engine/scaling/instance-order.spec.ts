import { describe, expect, it } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { bounds, observation } from '../../../test/support/scaling-samples.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { WakeOrder } from '../../core/endpoint/variant.js';
import type { CapacityBounds } from '../../core/scaling/scalable-target.js';
import { WAKE_ORDER_VALID_MS } from '../../core/scaling/wake-order.js';
import type { Met } from '../instance/capacity.js';
import { concludeOrder, orderInstances } from './instance-order.js';
import type { VariantLook } from './scaling-record.js';

/** An endpoint whose record asks for 2 instances, and a decision about it. */
async function aDecision(desired: number, of: { source?: CapacityBounds['source']; wakeOrder?: WakeOrder } = {}) {
  const parts = memoryWorld();
  const { catalog, clock, world } = parts;
  const deployed = await deployEndpoint(parts, { maximum: 10 });
  const [variant] = deployed.variants.map((each) => ({ ...each, desiredInstanceCount: 2, wakeOrder: of.wakeOrder }));
  const endpoint: Endpoint = { ...deployed, variants: [variant!] };
  await catalog.endpoints.update('reader', () => endpoint);
  const look: VariantLook = {
    endpoint,
    variant: variant!,
    observation: observation({
      now: clock.now(),
      wakeOrder: of.wakeOrder,
      bounds: bounds(0, 10, { source: of.source ?? 'scalable target' }),
    }),
    readings: [],
    decision: { desired, cause: '', answers: [], notScaledReasons: [] },
  };
  let ordered: Endpoint | undefined;
  let writes = 0;
  const update = catalog.endpoints.update.bind(catalog.endpoints);
  catalog.endpoints.update = async (key, change) =>
    update(key, (current) => {
      const changed = change(current);
      if (changed !== current) writes += 1;
      return changed;
    });
  return {
    ...parts,
    endpoint,
    writes: () => writes,
    order: async () => (ordered = await orderInstances(world, endpoint, [look])),
    conclude: (met: Partial<Met>) => concludeOrder(world, ordered!, [{ look, met: metOf(met) }]),
    onRecord: async () => (await catalog.endpoints.get('reader'))?.variants[0],
    change: (to: Partial<Endpoint>) => update('reader', (current) => ({ ...current, ...to })),
  };
}

function metOf(of: Partial<Met>): Met {
  const nothing = { before: 0, starting: 0, launched: [], letGo: [], heldBack: 0, launchableAt: Infinity, taken: 0 };
  return { variantName: 'AllTraffic', deploymentId: 'first', ...nothing, ...of };
}

describe('an order for instances', () => {
  it('is recorded when it is returned', async () => {
    const { onRecord, order } = await aDecision(5);
    expect((await order())?.variants).toMatchObject([{ desiredInstanceCount: 5 }]);
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 5 });
  });

  it('is not written again if the record already says it', async () => {
    const { endpoint, order, writes } = await aDecision(2);
    expect(await order()).toBe(endpoint);
    expect(writes()).toBe(0);
  });

  it('leaves a count that was set by hand', async () => {
    const { order, writes } = await aDecision(5, { source: 'desired instance count' });
    expect((await order())?.variants).toMatchObject([{ desiredInstanceCount: 2 }]);
    expect(writes()).toBe(0);
  });

  it.each<readonly [string, (endpoint: Endpoint) => Partial<Endpoint>]>([
    ['is being deleted', () => ({ status: 'Deleting' })],
    ['has another count', ({ variants }) => ({ variants: [{ ...variants[0]!, desiredInstanceCount: 1 }] })],
    [
      'has been replaced by another deployment',
      ({ variants }) => ({ variants: [{ ...variants[0]!, deploymentId: 'second' }] }),
    ],
  ])('is not written if the endpoint %s by now', async (_what, become) => {
    const { change, endpoint, order, writes } = await aDecision(5);
    await change(become(endpoint));
    expect(await order()).toBeUndefined();
    expect(writes()).toBe(0);
  });

  it('keeps other changes that were made in between', async () => {
    const { change, onRecord, order } = await aDecision(5);
    await change({ tags: { team: 'a' } });
    expect((await order())?.tags).toEqual({ team: 'a' });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 5 });
  });
});

describe('the conclusion of an order', () => {
  it('writes nothing if the order was carried out', async () => {
    const { conclude, order, writes } = await aDecision(1);
    await order();
    await conclude({ before: 2, letGo: [Promise.resolve()] });
    expect(writes()).toBe(1);
  });

  it('records the instances that stay because they got work before they could go', async () => {
    const { conclude, onRecord, order } = await aDecision(0);
    await order();
    await conclude({ before: 2, letGo: [Promise.resolve()] });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 1 });
  });

  it('keeps the order if the surplus instances are still starting, because they have no work', async () => {
    const { conclude, onRecord, order } = await aDecision(1);
    await order();
    await conclude({ before: 3, starting: 2 });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 1 });
  });

  it('keeps the order if a slot has only just been taken, because it may get no work', async () => {
    const { conclude, onRecord, order } = await aDecision(1);
    await order();
    await conclude({ before: 2, taken: 1 });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 1 });
  });

  it('keeps the order if launches are held back', async () => {
    const { conclude, onRecord, order } = await aDecision(5);
    await order();
    await conclude({ before: 2, heldBack: 3 });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 5 });
  });

  it('keeps a count that the user set by hand', async () => {
    const { conclude, onRecord, order } = await aDecision(2, { source: 'desired instance count' });
    await order();
    await conclude({ before: 4 });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 2 });
  });

  it('does not overrule a later order', async () => {
    const { conclude, change, endpoint, onRecord, order } = await aDecision(0);
    await order();
    await change({ variants: [{ ...endpoint.variants[0]!, desiredInstanceCount: 7 }] });
    await conclude({ before: 2 });
    expect(await onRecord()).toMatchObject({ desiredInstanceCount: 7 });
  });
});

describe('an order to wake', () => {
  const now = memoryWorld().clock.now();

  it('is removed when its instances are being launched, and not before', async () => {
    const wakeOrder = { instances: 5, by: 'an operator', at: now };
    const { conclude, onRecord, order } = await aDecision(5, { wakeOrder });
    await order();
    expect(await onRecord()).toMatchObject({ wakeOrder });
    await conclude({ before: 2, heldBack: 3 });
    expect(await onRecord()).toMatchObject({ wakeOrder });
    await conclude({ before: 2, launched: [1, 2, 3].map(() => Promise.resolve(true)) });
    expect((await onRecord())?.wakeOrder).toBeUndefined();
  });

  it('is removed when it is too old, even if it was not carried out', async () => {
    const wakeOrder = { instances: 5, by: 'an operator', at: now - WAKE_ORDER_VALID_MS - 1 };
    const { conclude, onRecord, order } = await aDecision(2, { wakeOrder });
    await order();
    await conclude({ before: 0, heldBack: 2 });
    expect((await onRecord())?.wakeOrder).toBeUndefined();
  });

  it('is left alone if it came in between', async () => {
    const wakeOrder = { instances: 5, by: 'an operator', at: now };
    const { change, conclude, endpoint, onRecord, order } = await aDecision(2, { wakeOrder });
    await order();
    const later = { ...wakeOrder, at: now + 1 };
    await change({ variants: [{ ...endpoint.variants[0]!, wakeOrder: later }] });
    await conclude({ before: 2 });
    expect(await onRecord()).toMatchObject({ wakeOrder: later });
  });
});
