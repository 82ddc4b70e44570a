import { expect, test } from 'vitest';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { EMPTY_HISTORY, withServiceTimes, withStart } from '../../core/learning/variant-history.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { estimateStart } from './estimate-start.js';
import { Fleet } from '../instance/fleet.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

/** An endpoint at zero instances, whose starts take two seconds and whose invocations take one second. */
async function aSleepingEndpoint() {
  const parts = memoryWorld();
  const { catalog, clock, world } = parts;
  await deployEndpoint(parts, { maximum: 2 });
  const started = withStart(EMPTY_HISTORY, { boot: 2_000 }, clock.now());
  const history = withServiceTimes(started, Array(20).fill(1_000), clock.now());
  await catalog.variantHistories.create(scalableTargetKey('reader', 'AllTraffic'), history);
  const fleet = new Fleet(world);
  const submit = () => submitInvocation(world, { endpointName: 'reader', input: { body: Buffer.from('page') } });
  return {
    ...parts,
    submit,
    outlook: (invocation: Awaited<ReturnType<typeof submit>>) => estimateStart(world, fleet, invocation),
  };
}

test('the outlook has the queue position, and a start estimated from the usual durations of starts and invocations', async () => {
  const { clock, outlook, submit } = await aSleepingEndpoint();
  const [first, , third] = [await submit(), await submit(), await submit()];
  expect(await outlook(first)).toEqual({ position: 0, estimatedStartAt: expect.any(Number) });
  expect((await outlook(first)).estimatedStartAt! - clock.now()).toBeCloseTo(2_000, -3);
  const { estimatedStartAt, position } = await outlook(third);
  expect(position).toBe(2);
  expect(estimatedStartAt! - clock.now()).toBeCloseTo(3_000, -3);
});

test('the outlook has no start while dispatch is paused, and is empty for an invocation that does not wait', async () => {
  const { catalog, invocations, ledger, outlook, submit } = await aSleepingEndpoint();
  const invocation = await submit();
  await catalog.endpoints.update(endpointKey('reader'), (endpoint) => ({ ...endpoint, dispatch: 'paused' }));
  expect(await outlook(invocation)).toEqual({ position: 0 });
  await ledger.cancel(invocation.id, { settledAt: 0 }, []);
  expect(await outlook((await invocations.find(invocation.id))!)).toEqual({});
});
