import { describe, expect, test } from 'vitest';
import type { Arrival, Behaviour, Incident, Scenario } from './scenario.js';
import { simulate } from './simulation.js';

describe('before and after each of its steps, a process may', () => {
  test.each<[string, Incident]>([
    ['die', { at: 0, kind: 'crash', downMs: 2_000, losesMachine: false }],
    ['die with its machine', { at: 0, kind: 'crash', downMs: 2_000, losesMachine: true }],
    ['be frozen, be replaced, and resume', { at: 0, kind: 'freeze', ms: 41_000, livesOnMs: 20_000 }],
  ])('%s', { timeout: 120_000 }, async (_what, incident) => {
    const { steps, settled, violations } = await simulate(SMALL);
    expect({ settled, violations }).toEqual({ settled: SMALL.arrivals.length, violations: [] });
    for (let step = 1; step <= steps; step += 1) {
      const outcome = await simulate({ ...SMALL, calmAt: 80_000 }, { step, incident });
      expect(outcome.violations, `at step ${step} of ${steps}:\n${outcome.log.join('\n')}`).toEqual([]);
    }
  });
});

/** One endpoint at zero, and one invocation for each path through the engine. */
const SMALL: Scenario = {
  seed: 1,
  keepWarmMs: 1_000,
  endpoints: [
    {
      name: 'endpoint-0',
      slots: 2,
      variants: [{ name: 'main', weight: 1, minimum: 0, maximum: 2, scaledBy: 'target' }],
      isCreated: true,
      hasFailurePath: true,
      hasTopics: true,
      warm: { instances: 1, seconds: 2 },
    },
  ],
  arrivals: [
    arrival('r0', 10, 'answers', 'body'),
    arrival('r1', 10, 'answers 500', 'object'),
    arrival('r2', 500, 'kills answering once', 'object'),
    { ...arrival('r3', 600, 'answers', 'missing'), ttlSeconds: 1 },
  ],
  incidents: [],
  deathRate: 0,
  orderDeathRate: 0,
  refusalRate: 0,
  signalLossRate: 0,
  maxLatencyMs: 0,
  launches: { failureRate: 0, maxBootMs: 1_000, deathRate: 0, sicknessRate: 0, sleepRate: 0 },
  clockSkewMs: 0,
  calmAt: 4_000,
};

function arrival(inferenceId: string, at: number, behaviour: Behaviour, input: Arrival['input']): Arrival {
  return { at, endpointName: 'endpoint-0', inferenceId, input, behaviour, serviceMs: 100 };
}
