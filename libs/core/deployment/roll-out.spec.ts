import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { LaunchFailures } from '../instance/crash-loop.js';
import { DEFAULT_DEPLOYMENT_CONFIG, type Deployment, type DeploymentConfig } from '../endpoint/deployment.js';
import type { DeployedVariant } from '../endpoint/variant.js';
import { type RollOutObservation, type RollOutStep, nextStep, targetsOf, wayBack } from './roll-out.js';

const START = Date.UTC(2026, 10, 23);

const CANARY = blueGreen({ kind: 'CANARY', waitMs: 60_000, canarySize: { unit: 'CAPACITY_PERCENT', value: 10 } });
const LINEAR = blueGreen({ kind: 'LINEAR', waitMs: 60_000, stepSize: { unit: 'CAPACITY_PERCENT', value: 40 } });
const AT_ONCE = blueGreen({ kind: 'ALL_AT_ONCE', waitMs: 60_000 });
const ROLLING: DeploymentConfig = {
  update: { kind: 'rolling', maximumBatchSize: { unit: 'CAPACITY_PERCENT', value: 50 }, waitMs: 60_000 },
  rollbackAlarms: ['errors'],
};

/** A launch that used all of the eight minutes that a container has by default. */
const NEVER_HEALTHY: Partial<LaunchFailures> = { lastEnd: 'never-healthy', lastAt: START + 480_000 };

const EARLIER: Partial<LaunchFailures> = { count: 3, lastLaunchedAt: START - 1 };

type Row = readonly [sentence: string, deployment: Deployment, seen: Seen, expected: RollOutStep];

describe('the next step of an update', () => {
  it.each<Row>([
    ['waits until every new instance is in service', at(), { inService: 3 }, wait()],
    ['moves all traffic at once when every new instance is in service', at(), { inService: 4 }, move('Baking', 1, 1)],
    ['moves a canary of the traffic first', at({ config: CANARY }), { inService: 4 }, move('Baking', 1, 0.1)],
    ['moves traffic by steps', at({ config: LINEAR }), { inService: 4 }, move('Baking', 1, 0.4)],
    ['watches the canary', baking(CANARY, 1, 0.1), { after: 59_999 }, wait(START + 60_000)],
    ['waits for a new instance that was lost', baking(CANARY, 1, 0.1), { after: 60_000, inService: 3 }, wait()],
    [
      'moves the rest of the traffic when the wait is over',
      baking(CANARY, 1, 0.1),
      { after: 60_000 },
      move('Baking', 2, 1),
    ],
    [
      'moves the next step of traffic when the wait is over',
      baking(LINEAR, 1, 0.4),
      { after: 60_000 },
      move('Baking', 2, 0.8),
    ],
    ['never moves more than all traffic', baking(LINEAR, 2, 0.8), { after: 60_000 }, move('Baking', 3, 1)],
    ['watches all of the traffic in the last wait', baking(CANARY, 2, 1), { after: 59_999 }, wait(START + 60_000)],
    ['ends when the last wait is over', baking(CANARY, 2, 1), { after: 60_000 }, { do: 'finish' }],
    [
      'keeps the old fleet for the termination wait',
      baking(AT_ONCE, 1, 1, 30_000),
      { after: 89_999 },
      wait(START + 90_000),
    ],
    ['ends when the termination wait is over', baking(AT_ONCE, 1, 1, 30_000), { after: 90_000 }, { do: 'finish' }],
    [
      'without a config ends as soon as traffic has moved',
      baking(DEFAULT_DEPLOYMENT_CONFIG, 1, 1),
      {},
      { do: 'finish' },
    ],
    ['replaces the first batch', at({ config: ROLLING }), { inService: 2 }, move('Baking', 1, 0.5)],
    [
      'begins the next batch when the wait is over',
      baking(ROLLING, 1, 0.5),
      { after: 60_000 },
      move('Launching', 1, 0.5),
    ],
    [
      'moves all traffic with the last batch',
      at({ config: ROLLING, step: 1, traffic: 0.5 }),
      { inService: 4 },
      move('Baking', 2, 1),
    ],
    ['ends when the wait after the last batch is over', baking(ROLLING, 2, 1), { after: 60_000 }, { do: 'finish' }],
    [
      'rolls back on an alarm while it launches',
      at({ config: CANARY }),
      { alarms: ['errors'] },
      back(/alarm "errors"/),
    ],
    [
      'rolls back on an alarm in a wait',
      baking(CANARY, 1, 0.1),
      { alarms: ['errors'], after: 60_000 },
      back(/alarm "errors"/),
    ],
    ['rolls back on an alarm in the last wait', baking(AT_ONCE, 1, 1), { alarms: ['errors'] }, back(/alarm "errors"/)],
    ['rolls back if the new container cannot run', at(), { failures: { permanent: true } }, back(/no such image/)],
    ['gives a container that crashed twice another chance', at(), { inService: 3, failures: { count: 2 } }, wait()],
    ['rolls back after the third crash', at(), { failures: { count: 3 } }, back(/no such image/)],
    [
      'rolls back if a container was never healthy in all its time',
      at(),
      { failures: NEVER_HEALTHY },
      back(/no such image/),
    ],
    [
      'rolls back if new instances crash in service',
      baking(CANARY, 1, 0.1),
      { failures: { count: 3 } },
      back(/no such image/),
    ],
    [
      'rolls back when its time is over',
      at({ config: limited() }),
      { after: 600_000 },
      back(/MaximumExecutionTimeout/),
    ],
    ['waits at most until its time is over', at({ config: limited() }), { inService: 3 }, wait(START + 600_000)],
    ['is rolled back at once in a blue/green update', rollingBack(CANARY), { old: 0 }, { do: 'rolled back' }],
    ['waits in a rollback for the old instances that it had replaced', rollingBack(ROLLING), { old: 3 }, wait()],
    ['is rolled back when the old instances are in service', rollingBack(ROLLING), { old: 4 }, { do: 'rolled back' }],
    [
      'gives up if the old instances cannot be had',
      rollingBack(ROLLING),
      { old: 3, oldFailures: { count: 3 } },
      giveUp(),
    ],
    [
      'does not give up for launches that failed before the rollback',
      rollingBack(ROLLING),
      { old: 3, oldFailures: EARLIER },
      wait(),
    ],
    [
      'is rolled back at once if it had replaced no instance',
      { ...baking(ROLLING, 1, 0.5), ...wayBack(baking(ROLLING, 1, 0.5)) },
      { old: 3, oldFailures: { count: 3 } },
      { do: 'rolled back' },
    ],
  ])('%s', (_sentence, deployment, seen, expected) => {
    expect(nextStep(deployment, observation(seen))).toEqual(expected);
  });
});

describe('the counts of both sides say that', () => {
  it.each<readonly [string, Deployment, serving: number, rollingOut: number]>([
    ['a new fleet stands beside the old one', at(), 4, 4],
    ['the old fleet stays until the end', baking(CANARY, 2, 1), 4, 4],
    ['an update at zero starts one instance', at({ variants: [variant('new', 0)] }), 4, 1],
    ['a rolling update begins with a batch', at({ config: ROLLING }), 4, 2],
    ['a rolling update replaces no instance before its wait is over', baking(ROLLING, 1, 0.5), 4, 2],
    ['a rolling update then replaces as many as have come', at({ config: ROLLING, step: 1, traffic: 0.5 }), 2, 4],
    ['a rolling update keeps the last old batch until its wait is over', baking(ROLLING, 2, 1), 2, 4],
    [
      'a rollback starts the whole old side, and keeps a new instance for each that is not back yet',
      rollingBack(ROLLING),
      4,
      3,
    ],
    ['a rollback with a batch size starts the old side batch by batch', limitedBack(), 3, 3],
  ])('%s', (_sentence, deployment, serving, rollingOut) => {
    const targets = targetsOf(deployment, {
      serving: [{ variant: variant('old', 4), inService: 1 }],
      rollingOut: deployment.variants.map((fresh) => ({ variant: fresh, inService: 4 })),
    });
    expect(targets.serving['main']).toBe(serving);
    expect(targets.rollingOut['main']).toBe(rollingOut);
  });
});

it('never has more than one batch beyond the desired count, even if batches do not divide it', () => {
  for (let desired = 1; desired <= 50; desired += 1) {
    for (let batch = 1; batch <= Math.ceil(desired / 2); batch += 1) {
      const maximumBatchSize = { unit: 'INSTANCE_COUNT' as const, value: batch };
      const config: DeploymentConfig = { ...ROLLING, update: { kind: 'rolling', maximumBatchSize, waitMs: 0 } };
      for (let step = 0; step * batch < desired; step += 1) {
        const deployment = at({ config, variants: [variant('new', desired)], step });
        const fresh = { variant: variant('new', desired), inService: 0 };
        const targets = targetsOf(deployment, {
          serving: [{ variant: variant('old', desired), inService: 0 }],
          rollingOut: [fresh],
        });
        expect(targets.serving['main']! + targets.rollingOut['main']!).toBeLessThanOrEqual(desired + batch);
      }
    }
  }
});

it('moves all traffic with the last step, even if the fractions do not add up to one', () => {
  const stepSize = { unit: 'INSTANCE_COUNT' as const, value: 1 };
  const config = blueGreen({ kind: 'LINEAR', waitMs: 0, stepSize });
  const variants = [variant('new', 49)];
  const last = at({ config, variants, stage: 'Baking', step: 48, traffic: 48 / 49 });
  const rollingOut = [{ variant: variants[0]!, inService: 49 }];
  expect(nextStep(last, { now: START, serving: [], rollingOut, alarms: [] })).toEqual(move('Baking', 49, 1));
});

test('any update moves traffic only forward or back to zero, ends only when all has moved, and always ends', () => {
  const size = fc.oneof(
    fc.record({ unit: fc.constant('CAPACITY_PERCENT' as const), value: fc.integer({ min: 10, max: 50 }) }),
    fc.record({ unit: fc.constant('INSTANCE_COUNT' as const), value: fc.integer({ min: 1, max: 10 }) }),
  );
  const waitMs = fc.integer({ min: 0, max: 5_000 });
  const update = fc.oneof(
    fc.record({ kind: fc.constant('rolling' as const), maximumBatchSize: size, waitMs }),
    fc.record({
      kind: fc.constant('blue-green' as const),
      routing: fc.oneof(
        fc.record({ kind: fc.constant('ALL_AT_ONCE' as const), waitMs }),
        fc.record({ kind: fc.constant('CANARY' as const), waitMs, canarySize: size }),
        fc.record({ kind: fc.constant('LINEAR' as const), waitMs, stepSize: size }),
      ),
      terminationWaitMs: waitMs,
    }),
  );
  const counts = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(update, counts, fc.option(fc.nat(40), { nil: undefined }), (rolled, desired, alarmAt) => {
      const variants = desired.map((count, index) => ({ ...variant('new', count), name: `v${index}` }));
      const begin = at({ config: { update: rolled, rollbackAlarms: ['errors'] }, variants });
      const { states, end } = runToEnd(begin, alarmAt);
      const forward = states.filter(({ stage }) => stage !== 'RollingBack').map(({ traffic }) => traffic);
      expect(forward).toEqual(forward.toSorted((a, b) => a - b));
      expect(Math.max(...forward)).toBeLessThanOrEqual(1);
      const last = end === 'finish' ? { stage: 'Baking', traffic: 1 } : { stage: 'RollingBack', traffic: 0 };
      expect({ end, ...states.at(-1) }).toMatchObject({
        end: expect.stringMatching(/^finish$|^rolled back$/),
        ...last,
      });
    }),
  );
});

/**
 * Runs an update whose instances all come when they are wanted. `alarmAt` is the decision at which an alarm is in
 * ALARM.
 */
function runToEnd(begin: Deployment, alarmAt: number | undefined): { states: Deployment[]; end: string } {
  const states = [begin];
  let now = START;
  for (let look = 0; look < 1_000; look += 1) {
    const deployment = states.at(-1)!;
    const none = begin.variants.map((each) => ({ variant: each, inService: 0 }));
    const targets = targetsOf(deployment, { serving: none, rollingOut: none });
    const see = (counts: Readonly<Record<string, number>>) =>
      begin.variants.map((each) => ({ variant: each, inService: counts[each.name]! }));
    const step = nextStep(deployment, {
      now,
      serving: see(targets.serving),
      rollingOut: see(targets.rollingOut),
      alarms: look === alarmAt ? ['errors'] : [],
    });
    if (step.do === 'wait') now = step.until!;
    else if (step.do === 'move') states.push({ ...deployment, ...step.to, stageSince: now });
    else if (step.do === 'roll back') states.push({ ...deployment, ...wayBack(deployment) });
    else return { states, end: step.do };
  }
  return { states, end: 'never' };
}

interface Seen {
  readonly after?: number;
  readonly inService?: number;
  readonly failures?: Partial<LaunchFailures>;
  readonly old?: number;
  readonly oldFailures?: Partial<LaunchFailures>;
  readonly alarms?: readonly string[];
}

function observation({
  after = 0,
  inService = 4,
  failures,
  old = 4,
  oldFailures,
  alarms = [],
}: Seen): RollOutObservation {
  return {
    now: START + after,
    serving: [{ variant: variant('old', 4), inService: old, failures: oldFailures && failuresOf(oldFailures) }],
    rollingOut: [{ variant: variant('new', 4), inService, failures: failures && failuresOf(failures) }],
    alarms,
  };
}

function failuresOf(of: Partial<LaunchFailures>): LaunchFailures {
  return {
    count: 1,
    faults: of.count ?? 1,
    since: START,
    lastAt: START,
    lastLaunchedAt: START,
    lastReason: 'There is no such image.',
    lastEnd: 'crashed',
    permanent: false,
    ...of,
  };
}

function at(of: Partial<Deployment> = {}): Deployment {
  return {
    id: 'second',
    configName: 'new',
    variants: [variant('new', 4)],
    config: DEFAULT_DEPLOYMENT_CONFIG,
    startedAt: START,
    stage: 'Launching',
    stageSince: START,
    step: 0,
    traffic: 0,
    ...of,
  };
}

function limitedBack(): Deployment {
  const update = { ...ROLLING.update, rollbackMaximumBatchSize: { unit: 'CAPACITY_PERCENT' as const, value: 50 } };
  return rollingBack({ ...ROLLING, update } as DeploymentConfig);
}

function baking(config: DeploymentConfig, step: number, traffic: number, terminationWaitMs = 0): Deployment {
  const { update } = config;
  const kept = update.kind === 'blue-green' ? { ...config, update: { ...update, terminationWaitMs } } : config;
  return at({ config: kept, stage: 'Baking', step, traffic });
}

function rollingBack(config: DeploymentConfig): Deployment {
  return at({ config, stage: 'RollingBack', step: 1, traffic: 0, failureReason: 'The alarm rang.' });
}

function limited(): DeploymentConfig {
  return { ...CANARY, update: { ...CANARY.update, maxExecutionMs: 600_000 } };
}

function blueGreen(routing: Extract<DeploymentConfig['update'], { kind: 'blue-green' }>['routing']): DeploymentConfig {
  return { update: { kind: 'blue-green', routing, terminationWaitMs: 0 }, rollbackAlarms: ['errors'] };
}

function variant(deploymentId: string, desiredInstanceCount: number): DeployedVariant {
  return {
    name: 'main',
    modelName: 'model',
    initialInstanceCount: 1,
    initialVariantWeight: 1,
    deploymentId,
    container: { image: 'model', environment: {} },
    slots: 1,
    desiredWeight: 1,
    desiredInstanceCount,
  };
}

function wait(until?: number): RollOutStep {
  return until === undefined ? { do: 'wait' } : { do: 'wait', until };
}

function move(stage: Deployment['stage'], step: number, traffic: number): RollOutStep {
  return { do: 'move', to: { stage, step, traffic } };
}

function back(reason: RegExp): RollOutStep {
  return { do: 'roll back', reason: expect.stringMatching(reason) as string };
}

function giveUp(): RollOutStep {
  return { do: 'give up', reason: expect.stringMatching(/^The alarm rang\. Rolling back failed, too: /) as string };
}
