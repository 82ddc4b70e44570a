import { describe, expect, it } from 'vitest';
import { SimulatedFleet, type SimulatedInstance } from './simulated-fleet.js';

/** Makes a fleet with `count` instances in service since 10. */
function serving(count: number, slots = 1): { fleet: SimulatedFleet; instances: SimulatedInstance[] } {
  const fleet = new SimulatedFleet(slots);
  const instances = Array.from({ length: count }, () => fleet.launch(0));
  for (const instance of instances) fleet.comeIntoService(instance, 10);
  return { fleet, instances };
}

describe('a fleet that is reduced', () => {
  it('removes the longest idle first, then the youngest starting, and lets busy instances finish', () => {
    const { fleet, instances } = serving(3);
    const [atWork] = instances;
    expect(fleet.occupy(20)).toBe(atWork);
    const [older, younger] = [fleet.launch(20), fleet.launch(30)];
    const states = (): string[] => [...instances, older, younger].map(({ state }) => state);
    fleet.reduce(1, 40);
    expect(states()).toEqual(['InService', 'Gone', 'InService', 'Starting', 'Starting']);
    fleet.reduce(2, 50);
    expect(states()).toEqual(['InService', 'Gone', 'Gone', 'Starting', 'Gone']);
    fleet.reduce(2, 60);
    expect(states()).toEqual(['Draining', 'Gone', 'Gone', 'Gone', 'Gone']);
    fleet.free(atWork!, 20, 70);
    expect(atWork!.state).toBe('Gone');
    // 70, 40, 50, 60 - 20 and 50 - 30.
    expect(fleet.count(99).instanceMs).toBe(70 + 40 + 50 + 40 + 20);
  });

  it('gives no work to a draining instance, and does not count it as capacity', () => {
    const { fleet, instances } = serving(1, 2);
    fleet.occupy(20);
    fleet.reduce(1, 30);
    expect(instances[0]!.state).toBe('Draining');
    expect(fleet.occupy(40)).toBeUndefined();
    expect(fleet).toMatchObject({ size: 1, starting: 0, inService: 0, busy: 0 });
    expect(fleet.runningForMs(50)).toBe(0);
    expect(fleet.count(50).idleMs).toBe(10);
  });
});

describe('a fleet at work', () => {
  it('knows since when each instance is idle or starting, and for how long all invocations have run', () => {
    const { fleet, instances } = serving(3);
    fleet.launch(15);
    const first = fleet.occupy(20)!;
    fleet.occupy(25);
    expect(fleet.runningForMs(30)).toBe(10 + 5);
    expect(fleet.idleSince).toEqual([10]);
    expect(fleet.startingSince).toEqual([15]);
    fleet.free(first, 20, 40);
    expect(fleet.idleSince).toEqual([40, 10]);
    expect(fleet.runningForMs(40)).toBe(15);
    expect(fleet).toMatchObject({ size: 4, starting: 1, inService: 3, busy: 1 });
    expect(instances.map(({ busy }) => busy)).toEqual([0, 1, 0]);
  });
});
