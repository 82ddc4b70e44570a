import { describe, expect, it } from 'vitest';
import { ScriptedDecider, WatchedDecider, burstOf, traceOf } from '../../test/support/simulator-samples.js';
import type { Situation } from './decider.js';
import { COMPARATORS } from './contenders.js';
import { EbbDecider } from './deciders/ebb.js';
import { type Run, simulate } from './simulation.js';
import { Timeline } from './timeline.js';
import type { Trace } from './trace.js';
import { workloadOf } from './workload.js';

/** Asks for one instance while there is work. */
const oneForWork = ({ backlog }: Situation): number => (backlog.queued + backlog.running > 0 ? 1 : 0);

function run(trace: Trace, script: (situation: Situation) => number, timeline?: Timeline): Run {
  return simulate(trace, workloadOf(trace), new ScriptedDecider(script), timeline);
}

const waits = ({ waitsMs }: Run): number[] => [...waitsMs].map((ms) => ms / 1000);

describe('a simulation, by hand', () => {
  it('serves in order of arrival: each invocation waits for the start and for those before it', () => {
    const { endedAt, fleet, isFinished, waitsMs } = run(traceOf([0, 1, 2]), oneForWork);
    // In service at 10; then one every four seconds, and the last runs from 18 to 22.
    expect([...waitsMs]).toEqual([10_000, 13_000, 16_000]);
    expect(fleet).toEqual({ starts: 1, largest: 1, instanceMs: 22_000, startingMs: 10_000, idleMs: 0 });
    expect({ endedAt, isFinished }).toEqual({ endedAt: 22_000, isFinished: true });
  });

  it('runs as many invocations at once on one instance as it has slots', () => {
    const result = run(traceOf([0, 1, 2], { slotsPerInstance: 2 }), oneForWork);
    expect(waits(result)).toEqual([10, 9, 12]);
    // From 14 on, one of the two slots is free, but the instance is not idle.
    expect(result.fleet).toMatchObject({ instanceMs: 18_000, idleMs: 0 });
  });

  it('counts instances in service without work as idle, and every instance from launch until gone', () => {
    // Two are kept until the 30th second, with or without work.
    const result = run(traceOf([0], { lastsMs: 30_000 }), ({ now }) => (now < 30_000 ? 2 : 0));
    expect(result.fleet).toEqual({ starts: 2, largest: 2, instanceMs: 60_000, startingMs: 20_000, idleMs: 36_000 });
  });

  it('cancels starts that are no longer needed', () => {
    const trace = traceOf([0], { lastsMs: 5_000, bounds: { minimum: 0, maximum: 9 } });
    const decider = new ScriptedDecider(({ backlog, now }) => ({
      desired: now < 5_000 ? 3 : oneForWork({ backlog } as Situation),
      lookAgainAt: now < 5_000 ? 5_000 : undefined,
    }));
    const { fleet } = simulate(trace, workloadOf(trace), decider);
    // Two were cancelled at 5; one went on, came into service at 10, and served until 14.
    expect(fleet).toEqual({ starts: 3, largest: 3, instanceMs: 24_000, startingMs: 20_000, idleMs: 0 });
  });

  it('begins with its minimum in service, and ends with it', () => {
    const trace = traceOf([0, 7], { bounds: { minimum: 1, maximum: 9 } });
    const result = run(trace, () => 1);
    expect(waits(result)).toEqual([0, 0]);
    expect(result).toMatchObject({ endedAt: 11_000, isFinished: true });
    expect(result.fleet).toMatchObject({ starts: 1, instanceMs: 11_000, startingMs: 0, idleMs: 3_000 });
  });

  it('is unfinished if work is left', () => {
    const result = run(traceOf([0]), () => 0);
    expect(result).toMatchObject({ isFinished: false, waitsMs: new Float64Array() });
  });

  it('looks at most every 20 ms, but loses no event', () => {
    const decider = new WatchedDecider(new ScriptedDecider(oneForWork));
    const trace = traceOf([0, 0.001, 0.005, 0.03]);
    simulate(trace, workloadOf(trace), decider);
    expect(decider.looks.slice(0, 4)).toEqual([0, 20, 40, 10_000]);
  });

  it('sums queued and running invocations over time, for averages', () => {
    const seen: Pick<Situation, 'now' | 'queuedMs' | 'runningMs' | 'runningForMs'>[] = [];
    run(traceOf([0, 1]), (situation) => {
      const { now, queuedMs, runningForMs, runningMs } = situation;
      seen.push({ now, queuedMs, runningMs, runningForMs });
      return oneForWork(situation);
    });
    expect(seen.at(-2)).toEqual({ now: 14_000, queuedMs: 10_000 + 13_000, runningMs: 4_000, runningForMs: 0 });
    expect(seen.at(-1)).toEqual({ now: 18_000, queuedMs: 23_000, runningMs: 8_000, runningForMs: 0 });
  });

  it('records the state at the time of every event', () => {
    const timeline = new Timeline();
    run(traceOf([0, 1]), oneForWork, timeline);
    expect(timeline.points).toEqual([
      { at: 0, queued: 1, running: 0, starting: 1, inService: 0 },
      { at: 1_000, queued: 2, running: 0, starting: 1, inService: 0 },
      { at: 10_000, queued: 1, running: 1, starting: 0, inService: 1 },
      { at: 14_000, queued: 0, running: 1, starting: 0, inService: 1 },
      { at: 18_000, queued: 0, running: 0, starting: 0, inService: 0 },
    ]);
  });
});

describe('a simulation with chance', () => {
  const trace = burstOf(50, 15, {
    seed: 7,
    start: { distribution: 'lognormal', medianMs: 20_000, upper: { share: 0.95, ms: 35_000 } },
    service: { distribution: 'lognormal', medianMs: 2_000, upper: { share: 0.99, ms: 60_000 } },
  });
  const deciders = [{ name: 'ebb', create: () => new EbbDecider() }, ...COMPARATORS];

  it.each(deciders)('repeats exactly under $name, finishes, and stays within the bounds', ({ create }) => {
    const once = simulate(trace, workloadOf(trace), create(trace));
    const again = simulate(trace, workloadOf(trace), create(trace));
    expect(again).toEqual(once);
    expect(once.isFinished).toBe(true);
    expect(once.waitsMs).toHaveLength(50);
    expect(once.fleet.largest).toBeLessThanOrEqual(100);
  });

  it('gives all contenders the same duration of the first start, whenever they launch', () => {
    const ofOne = deciders.filter(({ name }) => ['cortex', 'keda', 'ray-serve', 'sagemaker'].includes(name));
    const starts = ofOne.map(({ create }) => {
      const timeline = new Timeline();
      simulate(trace, workloadOf(trace), create(trace), timeline);
      const launched = timeline.points.find(({ starting }) => starting > 0)!;
      return timeline.points.find(({ inService }) => inService > 0)!.at - launched.at;
    });
    expect(starts.map(Math.round)).toEqual(starts.map(() => Math.round(starts[0]!)));
  });
});
