import { describe, expect, it } from 'vitest';
import { scalingPolicyArn } from '../../libs/core/arn.js';
import { backlogMetric } from '../../libs/core/metric/endpoint-metrics.js';
import { scalableTargetKey } from '../../libs/core/scaling/scalable-target.js';
import type { ScalingPace } from '../../libs/core/scaling/scaling-observation.js';
import { Engine } from '../../libs/engine/engine.js';
import { putAlarm } from '../../libs/engine/alarm/put-alarm.js';
import { putScalingPolicy } from '../../libs/engine/scaling/put-scaling-policy.js';
import { registerScalableTarget } from '../../libs/engine/scaling/register-scalable-target.js';
import { submitInvocation } from '../support/submit-invocation.js';
import { deployEndpoint, memoryWorld } from '../support/memory-world.js';

const MINUTE = 60_000;
const VARIANT = { endpointName: 'reader', variantName: 'AllTraffic' };
const SERVICE_MS = 30_000;

/** An endpoint with the policies of AWS's guide, and an engine that serves it on virtual time. */
async function anEndpoint(pace: ScalingPace, { withStep = true } = {}) {
  const parts = memoryWorld({ launch: () => ({ bootMs: 5_000 }), invoke: () => ({ serviceMs: SERVICE_MS }) });
  const { catalog, clock, objects, place, world } = parts;
  await deployEndpoint(parts, { maximum: 10 });
  await objects.put({ bucket: 'results', key: 'input' }, new Uint8Array(1), { sizeBytes: 1 });
  const promise = { kind: 'start', withinMs: 5_000 } as const;
  const engine = new Engine(world, 'worker', { pace, promise, maxKeepWarmMs: 300_000 });
  void engine.start();
  await clock.settle();
  await registerScalableTarget(world, { ...VARIANT, minCapacity: 0, maxCapacity: 10 });
  await putScalingPolicy(world, {
    ...VARIANT,
    name: 'backlog',
    rule: {
      kind: 'TargetTrackingScaling',
      targetValue: 5,
      metric: {
        kind: 'customized',
        metric: backlogMetric('ApproximateBacklogSizePerInstance', 'reader'),
        statistic: 'Average',
      },
      scaleOutCooldownMs: 60_000,
      scaleInCooldownMs: 60_000,
      disableScaleIn: false,
    },
  });
  if (withStep) {
    const step = await putScalingPolicy(world, {
      ...VARIANT,
      name: 'wake',
      rule: {
        kind: 'StepScaling',
        adjustmentType: 'ChangeInCapacity',
        steps: [{ lowerBound: 0, adjustment: 1 }],
        cooldownMs: 300_000,
        aggregation: 'Average',
      },
    });
    const arn = scalingPolicyArn(place, step.id, scalableTargetKey('reader', 'AllTraffic'), 'wake');
    await putAlarm(
      world,
      {
        name: 'reader-has-backlog',
        source: { kind: 'metric', metric: backlogMetric('HasBacklogWithoutCapacity', 'reader'), statistic: 'Average' },
        periodSeconds: 60,
        evaluationPeriods: 2,
        datapointsToAlarm: 2,
        threshold: 1,
        comparison: 'GreaterThanOrEqualToThreshold',
        treatMissingData: 'missing',
        actionsEnabled: true,
        okActions: [],
        alarmActions: [arn],
        insufficientDataActions: [],
      },
      {},
    );
  }
  await clock.advance(20 * MINUTE);
  const startedAt = clock.now();
  return {
    ...parts,
    count: () => engine.fleet.counts('reader').starting + engine.fleet.counts('reader').inService,
    submit: async (count: number): Promise<void> => {
      const input = { location: 's3://results/input' };
      for (let each = 0; each < count; each += 1) await submitInvocation(world, { endpointName: 'reader', input });
    },
    /** Returns every change since the beginning, oldest first: the second, the trigger, and the new count. */
    changes: async () => {
      const activities = await catalog.activities.list({ limit: 100 });
      return activities
        .toReversed()
        .map(({ cause, startedAt: at, to }) => [
          Math.round((at - startedAt) / 1000),
          /policy (\w+)/.exec(cause)?.[1] ?? /has no instance/.exec(cause)?.[0],
          to,
        ]);
    },
  };
}

describe("the recipe of AWS's guide", () => {
  it("scales from zero to many and back at SageMaker's pace", async () => {
    const { changes, clock, count, submit } = await anEndpoint('aws');
    await submit(40);
    await clock.advance(10 * MINUTE);
    const most = count();
    await clock.advance(80 * MINUTE);
    const story = await changes();
    // After two full minutes of backlog the alarm acts; then tracking takes over.
    expect(story[0]).toEqual([120, 'wake', 1]);
    expect(story[1]).toEqual([expect.any(Number), 'backlog', expect.any(Number)]);
    expect(most).toBeGreaterThan(5);
    expect(story.at(-1)).toEqual([expect.any(Number), 'backlog', 0]);
    expect(count()).toBe(0);
  });

  it('does the same within seconds at the fast pace', async () => {
    const { changes, clock, count, submit } = await anEndpoint('fast');
    await submit(40);
    await clock.advance(10_000);
    expect((await changes()).slice(0, 2)).toEqual([
      [0, 'has no instance', 1],
      [0, 'has no instance', 8],
    ]);
    await clock.advance(20 * MINUTE);
    expect((await changes()).at(-1)).toEqual([expect.any(Number), 'backlog', 0]);
    expect(count()).toBe(0);
  });

  it.each(['aws', 'fast'] as const)('wakes with target tracking alone, at the pace %s', async (pace) => {
    const { clock, count, submit } = await anEndpoint(pace, { withStep: false });
    await submit(10);
    await clock.advance(pace === 'fast' ? 1_000 : 5 * MINUTE);
    expect(count()).toBeGreaterThan(0);
    await clock.advance(90 * MINUTE);
    expect(count()).toBe(0);
  });
});
