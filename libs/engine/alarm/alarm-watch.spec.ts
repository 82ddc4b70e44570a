import { describe, expect, it } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { type Alarm, type AlarmSettings, UNCHECKED } from '../../core/alarm/alarm.js';
import { scalingPolicyArn } from '../../core/arn.js';
import { backlogMetric } from '../../core/metric/endpoint-metrics.js';
import { type MetricId, statisticSetOf } from '../../core/metric/metric.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { ScalingPace } from '../../core/scaling/scaling-observation.js';
import { type ScalingPolicy, scalingPolicyKey } from '../../core/scaling/scaling-policy.js';
import { AlarmWatch } from './alarm-watch.js';

const PLACE = { accountId: '000000000000', region: 'us-east-1' };
const POLICY_ARN = scalingPolicyArn(PLACE, 'p1', scalableTargetKey('reader', 'main'), 'more');
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:operators';
const BACKLOG = backlogMetric('ApproximateBacklogSize', 'reader');
const CUSTOM: MetricId = { namespace: 'Mine', name: 'Pressure', dimensions: {} };

const POLICY: ScalingPolicy = {
  id: 'p1',
  name: 'more',
  endpointName: 'reader',
  variantName: 'main',
  rule: {
    kind: 'StepScaling',
    adjustmentType: 'ChangeInCapacity',
    steps: [{ lowerBound: 0, adjustment: 1 }],
    cooldownMs: 0,
    aggregation: 'Maximum',
  },
  alarmNames: [],
  createdAt: 0,
};

/** A watch over one alarm: above 5 in three periods of a minute. `level` is the present value of its metric. */
async function aWatch(of: Partial<AlarmSettings> & { pace?: ScalingPace; metric?: MetricId } = {}) {
  const { pace = 'fast', metric = BACKLOG, ...settings } = of;
  const parts = memoryWorld();
  const { catalog, clock, outbox, signals, world } = parts;
  const meter = {
    level: undefined as number | undefined,
    reads: 0,
    isActive: true,
    activeSince: () => (meter.isActive ? ['reader'] : []),
    datapoints: async ({ from, to, periodSeconds }: { from: number; to: number; periodSeconds: number }) => {
      meter.reads += 1;
      if (meter.level === undefined) return [];
      const at = Array.from(
        { length: (to - from) / periodSeconds / 1000 },
        (_, index) => from + index * periodSeconds * 1000,
      );
      return at.map((each) => ({ ...statisticSetOf(meter.level!), at: each, unit: 'Count' as const }));
    },
  };
  const put = async (changes: Partial<Alarm> = {}): Promise<void> => {
    const alarm: Alarm = {
      name: 'high',
      source: { kind: 'metric', metric, statistic: 'Average' },
      periodSeconds: 60,
      evaluationPeriods: 3,
      threshold: 5,
      comparison: 'GreaterThanThreshold',
      treatMissingData: 'missing',
      actionsEnabled: true,
      okActions: [],
      alarmActions: [POLICY_ARN],
      insufficientDataActions: [],
      ...settings,
      state: 'INSUFFICIENT_DATA',
      stateReason: UNCHECKED,
      stateChangedAt: clock.now(),
      stateUpdatedAt: clock.now(),
      configuredAt: clock.now(),
      tags: {},
      ...changes,
    };
    if (!(await catalog.alarms.create('high', alarm))) await catalog.alarms.update('high', () => alarm);
    signals.notify({ kind: 'alarm', alarmName: 'high' });
  };
  await catalog.scalingPolicies.create(scalingPolicyKey('reader', 'main', 'more'), POLICY);
  await put();
  const asked: number[] = [];
  const startedAt = clock.now();
  const leadership = { isLeading: true };
  const watch = new AlarmWatch(world, meter, pace, leadership, () => asked.push((clock.now() - startedAt) / 1000));
  watch.start();
  await clock.settle();
  return {
    ...parts,
    asked,
    startedAt,
    leadership,
    meter,
    put,
    watch,
    state: async () => (await catalog.alarms.get('high'))?.state,
    told: async () => (await outbox.take(100, clock.now(), clock.now())).map(({ delivery }) => delivery),
    rouse: () => signals.notify({ kind: 'backlog', endpointName: 'reader' }),
  };
}

describe('an alarm that acts on a policy', () => {
  it('is evaluated on seconds at the fast pace, and asks again each second', async () => {
    const { asked, clock, meter, startedAt, state, watch } = await aWatch();
    meter.level = 9;
    await clock.advance(3_500);
    expect(await state()).toBe('ALARM');
    expect(asked).toEqual([0.1, 1.1, 2.1, 3.1]);
    const [reading] = await watch.take('reader', 'main');
    expect(reading!.alarms).toEqual([
      {
        alarmName: 'high',
        state: 'ALARM',
        comparison: 'GreaterThanThreshold',
        threshold: 5,
        value: 9,
        measuredSince: startedAt + 2_000,
        isDue: true,
      },
    ]);
    const [again] = await watch.take('reader', 'main');
    expect(again!.alarms[0]!.isDue).toBe(false);
    watch.giveBack([again!]);
    expect((await watch.take('reader', 'main'))[0]!.alarms[0]!.isDue).toBe(false);
    watch.giveBack([reading!]);
    expect((await watch.take('reader', 'main'))[0]!.alarms[0]!.isDue).toBe(true);
  });

  it("is evaluated on minutes at SageMaker's pace, and asks again each minute", async () => {
    const { asked, clock, meter } = await aWatch({ pace: 'aws' });
    meter.level = 9;
    await clock.advance(200_000);
    expect(asked).toEqual([0.1, 60.1, 120.1, 180.1]);
  });

  it('is evaluated on its own periods at any pace if Ebb does not measure its metric', async () => {
    const { asked, clock, meter } = await aWatch({ metric: CUSTOM });
    meter.level = 9;
    await clock.advance(130_000);
    expect(asked).toEqual([0.1, 60.1, 120.1]);
  });

  it('asks no policy while its actions are disabled', async () => {
    const { asked, clock, meter, state } = await aWatch({ actionsEnabled: false });
    meter.level = 9;
    await clock.advance(10_000);
    expect([await state(), asked]).toEqual(['ALARM', []]);
  });

  it('acts by its new settings after an edit', async () => {
    const { asked, clock, meter, put, state } = await aWatch();
    meter.level = 9;
    await clock.advance(1_500);
    await put({ threshold: 100 });
    asked.length = 0;
    await clock.advance(5_000);
    expect([await state(), asked]).toEqual(['OK', []]);
  });

  it('acts when its state is set by hand, until it is evaluated again', async () => {
    const { asked, clock, meter, put, state } = await aWatch({ pace: 'aws' });
    meter.level = 1;
    await clock.advance(61_000);
    await put({ state: 'ALARM', stateUpdatedAt: clock.now() });
    await clock.settle();
    expect(asked).toEqual([61]);
    await clock.advance(58_000);
    expect(await state()).toBe('ALARM');
    await clock.advance(2_000);
    expect(await state()).toBe('OK');
  });

  it('stops asking when the policies can do nothing, until something changes', async () => {
    const { asked, clock, meter, rouse, watch } = await aWatch();
    meter.level = 9;
    await clock.advance(1_500);
    watch.rest('reader');
    await clock.advance(5_000);
    expect(asked).toEqual([0.1, 1.1]);
    meter.level = 10;
    await clock.advance(1_000);
    expect(asked).toEqual([0.1, 1.1, 7.1]);
    watch.rest('reader');
    rouse();
    await clock.advance(1_000);
    expect(asked).toEqual([0.1, 1.1, 7.1, 8.1]);
  });
});

describe('an alarm on an endpoint at rest', () => {
  it('sleeps, and costs nothing until a signal wakes it', async () => {
    const { clock, meter, rouse, state } = await aWatch();
    meter.level = 0;
    meter.isActive = false;
    await clock.advance(20_000);
    const before = meter.reads;
    await clock.advance(3_600_000);
    expect([await state(), meter.reads]).toEqual(['OK', before]);
    meter.level = 9;
    meter.isActive = true;
    rouse();
    await clock.advance(1_000);
    expect(await state()).toBe('ALARM');
  });

  it('is still evaluated if Ebb does not measure its metric', async () => {
    const { clock, meter } = await aWatch({ metric: CUSTOM });
    meter.isActive = false;
    await clock.advance(600_000);
    expect(meter.reads).toBeGreaterThanOrEqual(10);
  });
});

describe('a change of state', () => {
  it('is published to topics once, and is in the history', async () => {
    const { catalog, clock, meter, told } = await aWatch({ alarmActions: [TOPIC], okActions: [TOPIC] });
    meter.level = 9;
    await clock.advance(400_000);
    const [delivery, ...more] = await told();
    expect(more).toEqual([]);
    expect(delivery!.receiver).toEqual({ kind: 'topic', topicArn: TOPIC });
    expect(JSON.parse(delivery!.message.body)).toMatchObject({
      AlarmName: 'high',
      NewStateValue: 'ALARM',
      OldStateValue: 'INSUFFICIENT_DATA',
      Trigger: { MetricName: 'ApproximateBacklogSize', Statistic: 'AVERAGE', Threshold: 5 },
    });
    const history = await catalog.alarmHistory.list({ alarmName: 'high', limit: 10 });
    expect(history.map(({ summary }) => summary)).toContain('Alarm updated from INSUFFICIENT_DATA to ALARM');
  });

  it('is made by the leader only', async () => {
    const { clock, leadership, meter, state, watch } = await aWatch();
    leadership.isLeading = false;
    meter.level = 9;
    await clock.advance(10_000);
    const before = await state();
    leadership.isLeading = true;
    watch.reload();
    await clock.advance(2_000);
    expect([before, await state()]).toEqual(['INSUFFICIENT_DATA', 'ALARM']);
  });

  it('is not recorded for a deleted alarm', async () => {
    const { asked, catalog, clock, meter, signals } = await aWatch();
    await catalog.alarms.delete('high');
    signals.notify({ kind: 'alarm', alarmName: 'high' });
    meter.level = 9;
    await clock.advance(10_000);
    expect(asked).toEqual([]);
  });
});
