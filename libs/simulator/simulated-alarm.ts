import { evaluateAlarm, evaluationRange } from '../core/alarm-evaluation.js';
import { type Alarm, type AlarmSettings, UNCHECKED, actionsOf } from '../core/alarm.js';
import { parseScalingPolicyArn } from '../core/arn.js';
import { BACKLOG_METRICS, type BacklogMetric, SAGEMAKER_NAMESPACE } from '../core/endpoint-metrics.js';
import { EbbError } from '../core/errors.js';
import { evaluateQueries } from '../core/metric-math.js';
import { type MetricId, type Statistic, type StatisticSet, statisticOf } from '../core/metric.js';
import type { AlarmReading, ScalingPace } from '../core/scaling-observation.js';
import type { ScalingPolicy } from '../core/scaling-policy.js';
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
  private readonly periodMs: number;
  private readonly cadenceMs: number;
  private readonly repeatMs: number;
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
    const isFast = timing.pace === 'fast';
    this.alarm = {
      ...settings,
      state: 'INSUFFICIENT_DATA',
      stateReason: UNCHECKED,
      stateChangedAt: 0,
      stateUpdatedAt: 0,
      configuredAt: 0,
      tags: {},
    };
    this.periodMs = isFast
      ? Math.max(1, Math.round(settings.periodSeconds / 60)) * 1000
      : settings.periodSeconds * 1000;
    this.repeatMs = isFast ? 1_000 : 60_000;
    this.cadenceMs = isFast ? 1_000 : settings.periodSeconds < 60 ? 10_000 : 60_000;
    const actions = [...settings.alarmActions, ...settings.okActions, ...settings.insufficientDataActions];
    this.policyIds = new Set(actions.flatMap((arn) => parseScalingPolicyArn(arn)?.id ?? []));
    const kept = evaluationRange(settings) + Math.ceil((timing.metricLagMs + this.cadenceMs) / this.periodMs) + 1;
    for (const metric of this.metrics()) this.series.set(gaugeOf(metric), new MetricPeriods(this.periodMs, kept));
  }

  /** Adds what is now to the period that is under way. */
  measure(gauges: Readonly<Record<BacklogMetric, number>>, now: number): void {
    for (const [name, periods] of this.series) periods.record(gauges[name as BacklogMetric], now);
  }

  /** Judges the periods that are over and can be read, once each. */
  evaluate(now: number): void {
    const until = Math.floor((now - this.timing.metricLagMs) / this.cadenceMs) * this.cadenceMs;
    if (until <= this.evaluatedUntil) return;
    this.evaluatedUntil = until;
    const before = this.alarm.state;
    const { reason, state } = evaluateAlarm(this.alarm, this.read(until), { periodMs: this.periodMs, end: until });
    if (state !== before) this.alarm = { ...this.alarm, state, stateReason: reason };
    const isRepeated = state === 'ALARM' && until - this.askedAt >= this.repeatMs;
    if (state !== before || isRepeated) this.ask(until);
  }

  /** What it says to a policy that it acts on; an action that is due is handed out once. */
  take(policy: ScalingPolicy): AlarmReading | undefined {
    const { alarm, latest } = this;
    if (!this.policyIds.has(policy.id)) return undefined;
    const statistic = policy.rule.kind === 'StepScaling' ? policy.rule.aggregation : this.statistic;
    const value = typeof latest === 'object' ? statisticOf(latest, statistic) : latest;
    const { comparison, name: alarmName, state, threshold } = alarm;
    const isDue = this.due.delete(policy.id);
    const measuredSince = this.evaluatedUntil - this.periodMs;
    return { alarmName, state, comparison, threshold, isDue, measuredSince, ...(value !== undefined && { value }) };
  }

  private get statistic(): Statistic {
    return this.alarm.source.kind === 'metric' ? this.alarm.source.statistic : 'Average';
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
    const readAs = (metric: MetricId): (StatisticSet | undefined)[] =>
      this.series.get(gaugeOf(metric))!.read(count, until);
    if (source.kind === 'metric') {
      const sets = readAs(source.metric);
      this.latest = sets.findLast((set) => set !== undefined);
      return sets.map((set) => set && statisticOf(set, source.statistic));
    }
    const series = new Map(
      source.queries.flatMap((line) =>
        line.kind === 'metric'
          ? [[line.id, readAs(line.metric).map((set) => set && statisticOf(set, line.statistic))] as const]
          : [],
      ),
    );
    const values = evaluateQueries(source.queries, series);
    this.latest = values.findLast((value) => value !== undefined);
    return values;
  }

  private metrics(): MetricId[] {
    const { source } = this.alarm;
    if (source.kind === 'metric') return [source.metric];
    return source.queries.flatMap((line) => (line.kind === 'metric' ? [line.metric] : []));
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
