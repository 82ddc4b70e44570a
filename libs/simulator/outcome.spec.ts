import { describe, expect, it } from 'vitest';
import { ScriptedDecider, traceOf } from '../../test/support/simulator-samples.js';
import type { Contender } from './contenders.js';
import type { Look, Situation } from './decider.js';
import { outcomeOf } from './outcome.js';
import { workloadOf } from './workload.js';

function scripted(script: (situation: Situation) => number | Look): Contender {
  return { name: 'scripted', settings: 'by hand', create: () => new ScriptedDecider(script) };
}

describe('an outcome', () => {
  it('has the waits, instance-seconds and idle share that a count by hand gives', () => {
    // In service from 10 to 30, with four seconds of work each, so the three wait 10, 13 and 16 seconds.
    const trace = traceOf([0, 1, 2], { lastsMs: 30_000 });
    const outcome = outcomeOf(
      trace,
      workloadOf(trace),
      scripted(({ now }) => (now < 30_000 ? { desired: 1, lookAgainAt: 30_000 } : 0)),
    );
    expect(outcome).toEqual({
      contender: 'scripted',
      settings: 'by hand',
      waitSeconds: { p50: 13, p95: 16, p99: 16, mean: 13 },
      instanceSeconds: 30,
      idleShare: 8 / 30,
      starts: 1,
      largestFleet: 1,
      invocations: 3,
      isFinished: true,
    });
  });

  it('has infinite waits if work was never begun', () => {
    const trace = traceOf([0, 1]);
    const outcome = outcomeOf(
      trace,
      workloadOf(trace),
      scripted(() => 0),
    );
    expect(outcome).toMatchObject({
      waitSeconds: { p50: Infinity, p95: Infinity, mean: Infinity },
      instanceSeconds: 0,
      idleShare: 0,
      isFinished: false,
    });
  });
});
