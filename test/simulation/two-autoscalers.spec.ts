import { expect, it } from 'vitest';
import { LEADERSHIP_MS } from '../../libs/core/leader.js';
import { Engine } from '../../libs/engine/engine.js';
import type { ScalingSettings } from '../../libs/engine/scaling/scaling-settings.js';
import { MemoryInstances } from '../support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../support/memory-world.js';
import { submitInvocation } from '../support/submit-invocation.js';
import { SimulatedProcess } from './simulated-process.js';

const SETTINGS: ScalingSettings = { pace: 'fast', promise: { kind: 'start', withinMs: 0 }, maxKeepWarmMs: 1_000 };
const CALM = { diesAt: () => false, latencyMs: () => 0, refusal: () => undefined, losesSignal: () => false };

/** Starts two processes on one catalog and one ledger, each with its own instances. */
async function twoProcesses() {
  const parts = memoryWorld();
  const { clock, objects } = parts;
  await deployEndpoint(parts, { maximum: 10 });
  await objects.put({ bucket: 'results', key: 'input' }, new Uint8Array(1), { sizeBytes: 1 });
  const boot = async (workerId: string) => {
    const instances = new MemoryInstances(clock, { launch: () => ({ bootMs: 1_000 }) });
    const outside = { ...parts.world, instances };
    const violations: string[] = [];
    const process = new SimulatedProcess(workerId, outside, clock, CALM, (what) => violations.push(what));
    const engine = new Engine(process.world, workerId, SETTINGS);
    void engine.start();
    await clock.settle();
    return {
      process,
      violations,
      count: () => engine.fleet.counts('reader').starting + engine.fleet.counts('reader').inService,
    };
  };
  return {
    ...parts,
    first: await boot('first'),
    second: await boot('second'),
    submit: async (count: number): Promise<void> => {
      const input = { location: 's3://results/input' };
      for (let each = 0; each < count; each += 1)
        await submitInvocation(parts.world, { endpointName: 'reader', input });
      await clock.advance(100);
    },
  };
}

it('two autoscalers launch instances for one backlog once, because only one of them leads', async () => {
  const { first, second, submit } = await twoProcesses();
  await submit(4);
  expect([first.count(), second.count()]).toEqual([4, 0]);
});

it('the second autoscaler decides after the leader has died, as soon as its leadership has expired', async () => {
  const { clock, first, second, submit } = await twoProcesses();
  first.process.die();
  await submit(3);
  expect(second.count()).toBe(0);
  await clock.advance(LEADERSHIP_MS);
  expect(second.count()).toBe(3);
});

it('only one of two autoscalers decides after a frozen leader resumes', async () => {
  const { clock, first, second, submit } = await twoProcesses();
  first.process.freeze();
  await clock.advance(LEADERSHIP_MS + 1_000);
  first.process.thaw();
  await submit(5);
  expect([first.count(), second.count()]).toEqual([0, 5]);
});
