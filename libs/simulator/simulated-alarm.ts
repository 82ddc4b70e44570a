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

/** How often alarms are evaluated, and how soon what is measured can be read. */
export interface AlarmTiming {
  readonly pace: ScalingPace;
  /** How long after its end a period of a metric is there to be read. */
  readonly metricLagMs: number;
}

/**
 * An alarm on what the simulated variant shows. It is evaluated as Ebb's alarm watch evaluates it: each minute at the pace
 * of SageMaker, or with every minute taken as a second.
 */
export class SimulatedAlarm {
  private alarm: Alarm;
  private readonly series = new Map<string, MetricPeriods>();
  private readonly pace: AlarmPace;
  /** The policies that it acts on in any of its states, and those that it acts on now and that were not asked yet. */
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

  /** Adds what is now to the period that is under way. */
  measure(gauges: Readonly<Record<BacklogMetric, number>>, now: number): void {
    for (const [name, periods] of this.series) periods.record(gauges[name as BacklogMetric], now);
  }

  /** Judges the periods that are over and can be read, once each. */
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

  /** What it says to a policy that it acts on; an action that is due is handed out once. */
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

/** The gauge that an alarm watches. Raises `InvalidRequest` for metrics that a simulation has no values of. */
function gaugeOf({ name, namespace }: MetricId): BacklogMetric {
  if (namespace === SAGEMAKER_NAMESPACE && name in BACKLOG_METRICS) return name as BacklogMetric;
  throw new EbbError(
    'InvalidRequest',
    `The metric ${namespace} ${name} cannot be simulated: alarms and tracking policies may watch ` +
      `${Object.keys(BACKLOG_METRICS).join(', ')} in ${SAGEMAKER_NAMESPACE}.`,
  );
}
