import { describe, expect, it } from 'vitest';
import { WatchedDecider, burstOf, seconds, traceOf } from '../../test/support/simulator-samples.js';
import type { AlarmSettings } from '../core/alarm/alarm.js';
import { backlogMetric } from '../core/metric/endpoint-metrics.js';
import type { MetricId } from '../core/metric/metric.js';
import type { ScalingPace } from '../core/scaling/scaling-observation.js';
import { MIN_SERVED } from '../core/learning/variant-history.js';
import { EBB_DEFAULTS, EbbDecider } from './deciders/ebb.js';
import { type PolicySet, policyArn } from './policy-alarms.js';
import { simulate } from './simulation.js';
import type { Trace } from './trace.js';
import { workloadOf } from './workload.js';

function changesOf(decider: EbbDecider, trace: Trace): (readonly [number, number])[] {
  const watched = new WatchedDecider(decider);
  simulate(trace, workloadOf(trace), watched);
  return watched.changes;
}

describe("Ebb's promise in the simulator", () => {
  it('scales from zero to the need of the backlog in one decision, when the backlog is accepted', () => {
    expect(changesOf(new EbbDecider(), burstOf(1_000, 15))[0]).toEqual([15, 100]);
  });

  it('learns from the simulated work, and can begin another run with its history', () => {
    const trace = burstOf(MIN_SERVED, 0, { start: seconds(10), service: seconds(4) });
    const decider = new EbbDecider();
    const { endedAt } = simulate(trace, workloadOf(trace), decider);
    const history = decider.history(endedAt);
    expect(history.start.weights).toHaveLength(1);
    // Invocations of 4 s do not justify an instance each when an instance takes 10 s to start.
    const cold = changesOf(new EbbDecider(), burstOf(200));
    const warm = changesOf(new EbbDecider(EBB_DEFAULTS, history), burstOf(200));
    expect(cold[0]).toEqual([0, 100]);
    expect(warm[0]![1]).toBeLessThanOrEqual(100);
  });

  it('keeps to the bounds of the trace', () => {
    const changes = changesOf(new EbbDecider(), burstOf(1_000, 0, { bounds: { minimum: 2, maximum: 7 } }));
    expect(Math.max(...changes.map(([, desired]) => desired))).toBe(7);
    expect(changes.at(-1)![1]).toBe(2);
  });
});

const VARIANT = { endpointName: 'simulated', variantName: 'main', createdAt: 0 };

function tracking(pace: ScalingPace, metric?: MetricId): PolicySet {
  const policy = {
    ...VARIANT,
    id: 'tracking',
    name: 'backlog',
    rule: {
      kind: 'TargetTrackingScaling',
      targetValue: 5,
      metric: {
        kind: 'customized',
        metric: metric ?? backlogMetric('ApproximateBacklogSizePerInstance', 'simulated'),
        statistic: 'Average',
      },
      scaleOutCooldownMs: 60_000,
      scaleInCooldownMs: 60_000,
      disableScaleIn: false,
    },
    alarmNames: ['high', 'low'],
  } as const;
  return { policies: [policy], alarms: [], pace, metricLagMs: 0 };
}

function withSet(policySet: PolicySet): EbbDecider {
  return new EbbDecider({ ...EBB_DEFAULTS, policySet });
}

describe('scaling policies in the simulator', () => {
  /**
   * Ten invocations at once, of 100 s each, on instances with one slot: two instances keep the backlog at five for
   * each.
   */
  const trace = burstOf(10, 15, { service: seconds(100) });

  it('wake at once at the fast pace, to the count of the tracking policy', () => {
    expect(changesOf(withSet(tracking('fast')), trace)[0]).toEqual([15, 2]);
  });

  it("wake by one at SageMaker's pace, minutes after the work arrived", () => {
    const [at, desired] = changesOf(withSet(tracking('aws')), trace)[0]!;
    expect(at).toBeGreaterThanOrEqual(15 + 180);
    expect(desired).toBe(1);
  });

  it('scale to zero when the low alarm has lasted fifteen periods, of seconds or of minutes', () => {
    const single = burstOf(1, 15, { service: seconds(100) });
    // Low all the time, because one for an instance is less than 4.5; but a busy instance cannot be terminated.
    expect(changesOf(withSet(tracking('fast')), single)).toEqual([
      [15, 1],
      [126, 0],
    ]);
    expect(changesOf(withSet(tracking('aws')), single).at(-1)).toEqual([900, 0]);
  });

  it('take steps on alarms of users', () => {
    const policy = {
      ...VARIANT,
      id: 'step',
      name: 'one-more',
      rule: {
        kind: 'StepScaling',
        adjustmentType: 'ChangeInCapacity',
        steps: [{ lowerBound: 0, adjustment: 1 }],
        cooldownMs: 0,
        aggregation: 'Average',
      },
      alarmNames: [],
    } as const;
    const alarm: AlarmSettings = {
      name: 'much',
      source: { kind: 'metric', metric: backlogMetric('ApproximateBacklogSize', 'simulated'), statistic: 'Average' },
      periodSeconds: 60,
      evaluationPeriods: 2,
      threshold: 9,
      comparison: 'GreaterThanOrEqualToThreshold',
      treatMissingData: 'missing',
      actionsEnabled: true,
      okActions: [],
      alarmActions: [policyArn(policy)],
      insufficientDataActions: [],
    };
    const set: PolicySet = { policies: [policy], alarms: [alarm], pace: 'fast', metricLagMs: 0 };
    // The alarm lasts from 17 on, but an instance that a step has added counts for the next step until it is in
    // service.
    const changes = changesOf(withSet(set), trace);
    expect(changes.slice(0, 4)).toEqual([
      [15, 1],
      [25, 2],
      [35, 3],
      [45, 4],
    ]);
  });

  it('on a metric that is not simulated are refused with its name', () => {
    const metric = { namespace: 'Custom', name: 'Depth', dimensions: {} };
    expect(() => withSet(tracking('fast', metric))).toThrow('The metric Custom Depth cannot be simulated');
  });
});

it('changes nothing on a trace without work', () => {
  expect(changesOf(new EbbDecider(), traceOf([], { lastsMs: 60_000 }))).toEqual([]);
});
