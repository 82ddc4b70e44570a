import { evaluateAlarm, evaluationRange } from '../core/alarm/alarm-evaluation.js';
import { type Alarm, type AlarmSettings, UNCHECKED, actionsOf } from '../core/alarm/alarm.js';
import { parseScalingPolicyArn } from '../core/arn.js';
import { BACKLOG_METRICS, type BacklogMetric, SAGEMAKER_NAMESPACE } from '../core/metric/endpoint-metrics.js';
import { EbbError } from '../core/errors.js';
import { type AlarmPace, alarmPace } from '../core/alarm/alarm-pace.js';
import { alarmLines, alarmValues } from '../core/alarm/alarm-values.js';
import type { MetricId, StatisticSet } from '../core/metric/metric.js';
import { alarmReading } from '../core/scaling/alarm-reading.js';
import type { AlarmReading, ScalingPace } from '../core/scaling/scaling-observation.js';
import type { ScalingPolicy } from '../core/scaling/scaling-policy.js';
import { MetricPeriods } from './metric-periods.js';

/** The pace of evaluating alarms, and the delay of their metrics. */
export interface AlarmTiming {
  readonly pace: ScalingPace;
  /** The time from the end of a metric's period until the period can be read. */
  readonly metricLagMs: number;
}

/**
 * An alarm on the metrics of the simulated variant. It is evaluated as Ebb's alarm watch evaluates it: each minute at
 * SageMaker's pace, or with each minute taken as a second.
 */
export class SimulatedAlarm {
  private alarm: Alarm;
  private readonly series = new Map<string, MetricPeriods>();
  private readonly pace: AlarmPace;
  /** The policies that it acts on in any state; and of them, those with an action that is due and not yet returned. */
  private readonly policyIds: ReadonlySet<string>;
  private readonly due = new Set<string>();
  private latest?: StatisticSet | number;
  private evaluatedUntil = 0;
  private askedAt = 0;

  constructor(
    settings: AlarmSettings,
    private readonly timing: AlarmTiming,
  ) {
    this.alarm = {
      ...settings,
      state: 'INSUFFICIENT_DATA',
      stateReason: UNCHECKED,
      stateChangedAt: 0,
      stateUpdatedAt: 0,
      configuredAt: 0,
      tags: {},
    };
    this.pace = alarmPace(settings, timing.pace === 'fast');
    const { cadenceMs, periodMs } = this.pace;
    const actions = [...settings.alarmActions, ...settings.okActions, ...settings.insufficientDataActions];
    this.policyIds = new Set(actions.flatMap((arn) => parseScalingPolicyArn(arn)?.id ?? []));
    const kept = evaluationRange(settings) + Math.ceil((timing.metricLagMs + cadenceMs) / periodMs) + 1;
    for (const { metric } of alarmLines(settings.source)) {
      this.series.set(gaugeOf(metric), new MetricPeriods(periodMs, kept));
    }
  }

  /** Adds the current values to the current period. */
  measure(gauges: Readonly<Record<BacklogMetric, number>>, now: number): void {
    for (const [name, periods] of this.series) periods.record(gauges[name as BacklogMetric], now);
  }

  /** Evaluates the alarm on the periods that are over and can be read, once for each. */
  evaluate(now: number): void {
    const { cadenceMs, periodMs, repeatMs } = this.pace;
    const until = Math.floor((now - this.timing.metricLagMs) / cadenceMs) * cadenceMs;
    if (until <= this.evaluatedUntil) return;
    this.evaluatedUntil = until;
    const before = this.alarm.state;
    const { reason, state } = evaluateAlarm(this.alarm, this.read(until), { periodMs, end: until });
    if (state !== before) this.alarm = { ...this.alarm, state, stateReason: reason };
    const isRepeated = state === 'ALARM' && until - this.askedAt >= repeatMs;
    if (state !== before || isRepeated) this.ask(until);
  }

  /** Returns the alarm's reading for a policy that it acts on. A due action is returned once. */
  take(policy: ScalingPolicy): AlarmReading | undefined {
    if (!this.policyIds.has(policy.id)) return undefined;
    const measuredSince = this.evaluatedUntil - this.pace.periodMs;
    return alarmReading(this.alarm, policy, {
      latest: this.latest,
      measuredSince,
      isDue: this.due.delete(policy.id),
    });
  }

  private ask(until: number): void {
    this.askedAt = until;
    if (!this.alarm.actionsEnabled) return;
    for (const arn of actionsOf(this.alarm, this.alarm.state)) {
      const policy = parseScalingPolicyArn(arn);
      if (policy) this.due.add(policy.id);
    }
  }

  private read(until: number): readonly (number | undefined)[] {
    const { source } = this.alarm;
    const count = evaluationRange(this.alarm);
    const points = new Map(
      alarmLines(source).map(({ id, metric }) => [id, this.series.get(gaugeOf(metric))!.read(count, until)]),
    );
    const { latest, values } = alarmValues<StatisticSet>(source, points);
    this.latest = latest;
    return values;
  }
}

/** Returns the gauge that an alarm watches. Raises `InvalidRequest` for a metric that is not simulated. */
function gaugeOf({ name, namespace }: MetricId): BacklogMetric {
  if (namespace === SAGEMAKER_NAMESPACE && name in BACKLOG_METRICS) return name as BacklogMetric;
  throw new EbbError(
    'InvalidRequest',
    `The metric ${namespace} ${name} cannot be simulated: alarms and tracking policies may watch ` +
      `${Object.keys(BACKLOG_METRICS).join(', ')} in ${SAGEMAKER_NAMESPACE}.`,
  );
}
