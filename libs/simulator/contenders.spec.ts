import { describe, expect, it } from 'vitest';
import { WatchedDecider, burstOf, seconds, traceOf } from '../../test/support/simulator-samples.js';
import type { Decider } from './decider.js';
import { CortexDecider } from './deciders/cortex.js';
import { KedaHpaDecider } from './deciders/keda-hpa.js';
import { KnativeDecider } from './deciders/knative-kpa.js';
import { RayServeDecider } from './deciders/ray-serve.js';
import { SageMakerDecider } from './deciders/sagemaker.js';
import { simulate } from './simulation.js';
import type { Trace } from './trace.js';
import { workloadOf } from './workload.js';

/** Returns the time of each change of the desired count: `[seconds, desired]`. */
function changesOf(decider: Decider, trace: Trace): (readonly [number, number])[] {
  const watched = new WatchedDecider(decider);
  simulate(trace, workloadOf(trace), watched);
  return watched.changes;
}

/** Returns the changes up to the first at the highest count. */
const risingOf = (decider: Decider, trace: Trace): (readonly [number, number])[] => {
  const changes = changesOf(decider, trace);
  const most = Math.max(...changes.map(([, desired]) => desired));
  return changes.slice(0, changes.findIndex(([, desired]) => desired === most) + 1);
};

/** Invocations that outlast each test. */
const ENDLESS = { service: seconds(3_600), start: seconds(20) };
/** An invocation that runs for two minutes. */
const SINGLE = { service: seconds(120), start: seconds(20) };

describe('Cortex', () => {
  it('scales out by one step in about a minute, and from 0 to 100 in 830 s', () => {
    expect(risingOf(new CortexDecider(), burstOf(1_000, 0, ENDLESS))).toEqual([
      [60, 1],
      [130, 2],
      [200, 3],
      [270, 5],
      [340, 8],
      [410, 12],
      [480, 18],
      [550, 27],
      [620, 41],
      [690, 62],
      [760, 93],
      [830, 100],
    ]);
  });

  it('scales to zero five minutes after the last minute with work', () => {
    // Idle at 200, so the last minute with work ends at 240, and its recommendation is forgotten after 540.
    expect(changesOf(new CortexDecider(), burstOf(1, 0, SINGLE))).toEqual([
      [60, 1],
      [550, 0],
    ]);
  });
});

describe('KEDA with the HPA', () => {
  it('waits for its poll, launches one, then doubles every 15 s: 100 at 120 s', () => {
    expect(risingOf(new KedaHpaDecider(5), burstOf(1_000, 15, ENDLESS))).toEqual([
      [30, 1],
      [45, 5],
      [60, 10],
      [75, 20],
      [90, 40],
      [105, 80],
      [120, 100],
    ]);
  });

  it('follows the length of the queue over its target, and counts running work', () => {
    expect(risingOf(new KedaHpaDecider(5), burstOf(14, 0, ENDLESS)).at(-1)).toEqual([15, 3]);
    expect(risingOf(new KedaHpaDecider(1), burstOf(14, 0, ENDLESS)).at(-1)).toEqual([45, 14]);
  });

  it('tolerates a tenth too many or too few', () => {
    const grown = traceOf([], {
      ...ENDLESS,
      arrivals: [
        { kind: 'batch', atMs: 0, count: 20, overMs: 0 },
        { kind: 'batch', atMs: 100_000, count: 1, overMs: 0 },
        { kind: 'batch', atMs: 200_000, count: 2, overMs: 0 },
      ],
    });
    expect(risingOf(new KedaHpaDecider(1), grown)).toEqual([
      [0, 1],
      [15, 5],
      [30, 10],
      [45, 20],
      [210, 23],
    ]);
  });

  it('goes to zero at the first poll after 300 s without work', () => {
    // Idle at 140; the poll at 120 is the last that sees work.
    expect(changesOf(new KedaHpaDecider(5), burstOf(1, 0, SINGLE))).toEqual([
      [0, 1],
      [450, 0],
    ]);
  });
});

describe('Knative', () => {
  it('wakes at the first request, and scales to the maximum in panic at the next tick', () => {
    expect(risingOf(new KnativeDecider(), burstOf(1_000, 15, ENDLESS))).toEqual([
      [15, 2],
      [17, 100],
    ]);
  });

  it('keeps slots at 70 % utilization', () => {
    const trace = burstOf(14, 0, { ...ENDLESS, slotsPerInstance: 4 });
    expect(risingOf(new KnativeDecider(), trace).at(-1)).toEqual([2, 5]);
  });

  it('scales to zero when the work has left its window of a minute', () => {
    const changes = changesOf(new KnativeDecider(), burstOf(1, 0, SINGLE));
    // Two, because one request is more than 70 % of a slot; idle at 140.
    expect(changes).toEqual([
      [0, 2],
      [expect.any(Number), 1],
      [200, 0],
    ]);
  });
});

describe('Ray Serve', () => {
  it('launches one at once, and the rest after 30 s of demand once that one runs', () => {
    expect(risingOf(new RayServeDecider(1), burstOf(1_000, 15, ENDLESS))).toEqual([
      [15, 1],
      [65, 100],
    ]);
  });

  it('holds its target for each replica', () => {
    expect(risingOf(new RayServeDecider(2), burstOf(9, 0, ENDLESS)).at(-1)![1]).toBe(5);
  });

  it('scales to zero after 600 s without demand', () => {
    // Idle at 140; the average over 30 s is zero from 170 on.
    expect(changesOf(new RayServeDecider(1), burstOf(1, 0, SINGLE))).toEqual([
      [0, 1],
      [770, 0],
    ]);
  });
});

describe('SageMaker', () => {
  it('steps from zero after two whole minutes of backlog, and tracks from then on', () => {
    const changes = risingOf(new SageMakerDecider(), burstOf(100, 15, ENDLESS));
    // The minutes from 60 to 180 are whole, and can be read a minute later. For one instance, 100 in the backlog are
    // twenty times the target of five: 20 instances, of which the step has added one that is still cooling down.
    expect(changes.slice(0, 2)).toEqual([
      [240, 1],
      [300, 19],
    ]);
  });

  it('is woken only by its policy, even if the backlog waits long', () => {
    const short = traceOf([15], { service: seconds(1), start: seconds(1) });
    expect(changesOf(new SageMakerDecider(), short)[0]).toEqual([240, 1]);
  });

  it('scales to zero when the metric was low for fifteen minutes', () => {
    // It works from 200 to 320, which is one in the backlog for one instance: low. Before that the metric had no value.
    const changes = changesOf(new SageMakerDecider(), burstOf(1, 0, SINGLE));
    expect(changes).toEqual([
      [180, 1],
      [960, 0],
    ]);
  });
});
