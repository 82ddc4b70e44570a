import { describe, expect, it } from 'vitest';
import { DEFAULT_DEPLOYMENT_CONFIG, type DeploymentConfig } from '../../libs/core/endpoint/deployment.js';
import type { OrderKind } from './order-watch.js';
import type { Arrival, Incident, Scenario } from './scenario.js';
import { simulate } from './simulation.js';

const ROLLING: DeploymentConfig = {
  update: { kind: 'rolling', maximumBatchSize: { unit: 'INSTANCE_COUNT', value: 1 }, waitMs: 1_000 },
  rollbackAlarms: [],
};

const INCIDENTS: readonly (readonly [string, Incident])[] = [
  ['dies', { at: 0, kind: 'crash', downMs: 2_000, losesMachine: false }],
  ['dies with its machine', { at: 0, kind: 'crash', downMs: 2_000, losesMachine: true }],
  ['is frozen, is replaced, and resumes', { at: 0, kind: 'freeze', ms: 41_000, livesOnMs: 20_000 }],
];

describe.each(INCIDENTS)('if the process that wrote an order %s before the order is carried out', (_what, incident) => {
  it.each<readonly [OrderKind, string, Scenario]>([
    ['from zero', 'from zero', aDay()],
    ['out', 'to scale out', aDay()],
    ['in', 'to scale in', aDay()],
    ['roll-out', 'of an update that replaces all at once', aDay(updateTo(true, DEFAULT_DEPLOYMENT_CONFIG))],
    ['roll-out', 'of an update in batches', aDay(updateTo(true, ROLLING))],
    ['roll-out', 'of an update that is taken back', aDay(updateTo(false, ROLLING))],
  ])('its successor carries out an order %s (%s)', { timeout: 120_000 }, async (kind, _which, scenario) => {
    const unharmed = await simulate(scenario);
    expect({ settled: unharmed.settled, violations: unharmed.violations }).toEqual({ settled: 6, violations: [] });
    let taken = 0;
    for (let nth = 1; nth === taken + 1; nth += 1) {
      const { struck, violations, log } = await simulate(scenario, { order: { kind, nth }, incident });
      taken += struck.length;
      expect(violations, `at order ${nth}:\n${log.join('\n')}`).toEqual([]);
    }
    expect(taken).toBeGreaterThan(0);
  });
});

/** Builds a scenario whose work wakes an endpoint, exceeds its first instance, and then stops. */
function aDay(...incidents: Incident[]): Scenario {
  return {
    seed: 1,
    keepWarmMs: 1_000,
    endpoints: [
      {
        name: 'endpoint-0',
        slots: 1,
        variants: [{ name: 'main', weight: 1, minimum: 0, maximum: 4, scaledBy: 'target' }],
        isCreated: true,
        hasFailurePath: true,
        hasTopics: true,
      },
    ],
    arrivals: [
      arrival('r0', 10),
      ...['r1', 'r2', 'r3'].map((id) => arrival(id, 2_000)),
      arrival('r4', 20_000),
      arrival('r5', 40_000),
    ],
    incidents,
    deathRate: 0,
    orderDeathRate: 0,
    refusalRate: 0,
    signalLossRate: 0,
    maxLatencyMs: 0,
    launches: { failureRate: 0, maxBootMs: 1_000, deathRate: 0, sicknessRate: 0, sleepRate: 0 },
    clockSkewMs: 0,
    calmAt: 120_000,
  };
}

function updateTo(isGood: boolean, config: DeploymentConfig): Incident {
  return { at: 8_000, kind: 'update', isGood, slots: 1, instances: [2], retainsInstanceCounts: false, config };
}

function arrival(inferenceId: string, at: number): Arrival {
  return { at, endpointName: 'endpoint-0', inferenceId, input: 'body', behaviour: 'answers', serviceMs: 3_000 };
}
