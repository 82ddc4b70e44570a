import type {
  BlueGreenUpdate,
  CapacitySize,
  DeploymentConfig,
  RollingUpdate,
} from '../../libs/core/endpoint/deployment.js';
import { GATES, type Gate } from '../../libs/core/endpoint/endpoint-gates.js';
import type { SeededRandom } from '../support/seeded-random.js';
import type { Incident } from './scenario.js';

/** The alarm for which updates are rolled back. */
export const ALARM = 'trouble';

/** Draws a change that callers or operators make to a whole endpoint, or an alarm that may roll it back. */
export function drawChange(random: SeededRandom, at: number): Incident {
  switch (random.integer(0, 9)) {
    case 6:
    case 7:
      return { at, kind: 'pause', gates: drawGates(random), forMs: random.integer(1_000, 200_000) };
    case 8:
      return { at, kind: 'wake', instances: random.integer(1, 4) };
    case 9:
      return { at, kind: 'drain' };
    case 0:
      return { at, kind: 'alarm', forMs: random.integer(1_000, 120_000) };
    case 1:
    case 2:
      return { at, kind: 'capacities', weights: drawPair(random, 3), counts: drawPair(random, 4) };
    default:
      return {
        at,
        kind: 'update',
        isGood: random.happens(0.7),
        slots: random.pick([1, 2, 4]),
        instances: Array.from({ length: random.integer(1, 2) }, () => random.integer(0, 4)),
        retainsInstanceCounts: random.happens(0.5),
        config: { update: drawUpdate(random), rollbackAlarms: random.happens(0.5) ? [ALARM] : [] },
      };
  }
}

function drawGates(random: SeededRandom): readonly Gate[] {
  return random.pick<readonly Gate[]>([['dispatch'], ['dispatch'], ['intake'], GATES]);
}

function drawPair(random: SeededRandom, most: number): (number | undefined)[] {
  return [0, 1].map(() => (random.happens(0.5) ? random.integer(0, most) : undefined));
}

function drawUpdate(random: SeededRandom): DeploymentConfig['update'] {
  const waitMs = random.pick([0, 1_000, 15_000]);
  const maxExecutionMs = random.pick([undefined, undefined, 60_000]);
  return random.happens(0.4)
    ? drawRolling(random, waitMs, maxExecutionMs)
    : drawBlueGreen(random, waitMs, maxExecutionMs);
}

function drawRolling(random: SeededRandom, waitMs: number, maxExecutionMs: number | undefined): RollingUpdate {
  const rollbackMaximumBatchSize = random.happens(0.5) ? drawSize(random) : undefined;
  return { kind: 'rolling', maximumBatchSize: drawSize(random), waitMs, maxExecutionMs, rollbackMaximumBatchSize };
}

function drawBlueGreen(random: SeededRandom, waitMs: number, maxExecutionMs: number | undefined): BlueGreenUpdate {
  const terminationWaitMs = random.pick([0, 0, 10_000]);
  const routing = random.pick<BlueGreenUpdate['routing']>([
    { kind: 'ALL_AT_ONCE', waitMs },
    { kind: 'CANARY', waitMs, canarySize: drawSize(random) },
    { kind: 'LINEAR', waitMs, stepSize: drawSize(random) },
  ]);
  return { kind: 'blue-green', routing, terminationWaitMs, maxExecutionMs };
}

function drawSize(random: SeededRandom): CapacitySize {
  return random.happens(0.5)
    ? { unit: 'INSTANCE_COUNT', value: random.integer(1, 2) }
    : { unit: 'CAPACITY_PERCENT', value: random.integer(20, 50) };
}
