import {
  type Alarm,
  type AlarmSettings,
  type AlarmSource,
  COMPARISON_OPERATORS,
  type ComparisonOperator,
  MISSING_DATA_TREATMENTS,
  type MissingDataTreatment,
} from '../../core/alarm/alarm.js';
import { type Place, alarmArn } from '../../core/arn.js';
import type { Tags } from '../../core/tags.js';
import { toTimestamp } from '../aws/aws-json.js';
import type { TextRule } from '../aws/constraints.js';
import { Members } from '../aws/members.js';
import { readMetric, readStatistic, readUnit, writeDimensions } from './metric.js';
import { readMetricQueries, writeMetricQuery } from './metric-queries.js';
import { readTags } from './tags.js';

/** The name of an alarm. */
export const ALARM_NAME: TextRule = { min: 1, max: 255, pattern: /^\P{Cc}*$/u, patternText: '[^\\x00-\\x1F\\x7F]+' };
const ACTION: TextRule = { min: 1, max: 1024 };
const MAX_ACTIONS = 5;
const MAX_QUERIES = 20;

/** Members that AWS has and Ebb has not. Ignoring one of them would make a different alarm. */
const UNSUPPORTED = [
  'ActionConfiguration',
  'EvaluateLowSampleCountPercentile',
  'EvaluationCriteria',
  'EvaluationInterval',
  'EvaluationWindow',
  'ExtendedStatistic',
  'ThresholdMetricId',
  'WarmUpConfiguration',
];
const ANOMALY_OPERATORS = [
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'GreaterThanUpperThreshold',
];

/** Members that describe the metric to watch if `Metrics` is absent. */
const ONE_METRIC = ['MetricName', 'Namespace', 'Period', 'Statistic', 'Unit'];

/** Reads `PutMetricAlarm`. */
export function readPutMetricAlarm(body: Readonly<Record<string, unknown>>): { settings: AlarmSettings; tags: Tags } {
  return Members.read(body, (request) => {
    request.refuse(...UNSUPPORTED);
    const treatMissingData = request.text('TreatMissingData', { oneOf: MISSING_DATA_TREATMENTS }) ?? 'missing';
    const settings: AlarmSettings = {
      name: request.requiredText('AlarmName', ALARM_NAME),
      description: request.text('AlarmDescription', { max: 1024 }),
      ...(request.has('Metrics') ? readQueries(request) : readOneMetric(request)),
      evaluationPeriods: request.requiredInteger('EvaluationPeriods', { min: 1 }),
      datapointsToAlarm: request.integer('DatapointsToAlarm', { min: 1 }),
      threshold: request.requiredFloat('Threshold'),
      comparison: readComparison(request),
      treatMissingData: treatMissingData as MissingDataTreatment,
      actionsEnabled: request.boolean('ActionsEnabled') ?? true,
      okActions: request.texts('OKActions', ACTION, { max: MAX_ACTIONS }),
      alarmActions: request.texts('AlarmActions', ACTION, { max: MAX_ACTIONS }),
      insufficientDataActions: request.texts('InsufficientDataActions', ACTION, { max: MAX_ACTIONS }),
    };
    return { settings, tags: readTags(request) };
  });
}

function readOneMetric(request: Members): Pick<AlarmSettings, 'source' | 'periodSeconds'> {
  const metric = readMetric(request);
  const statistic = readStatistic(request, 'Statistic');
  return {
    source: { kind: 'metric', metric, statistic, unit: readUnit(request) },
    periodSeconds: request.requiredInteger('Period', { min: 1 }),
  };
}

/** The alarm's period is the period of its metrics; all of them have the same period. */
function readQueries(request: Members): Pick<AlarmSettings, 'source' | 'periodSeconds'> {
  const hasDimensions = request.structures('Dimensions').length > 0;
  for (const name of hasDimensions ? [...ONE_METRIC, 'Dimensions'] : ONE_METRIC) {
    if (request.has(name)) request.violate(name, 'Member must be null where Metrics is given');
  }
  const queries = readMetricQueries(request.structures('Metrics', { min: 1, max: MAX_QUERIES }));
  const read = queries.find(({ kind }) => kind === 'metric');
  if (!read) request.violate('Metrics', 'Member must have at least one MetricStat');
  return { source: { kind: 'queries', queries }, periodSeconds: read?.periodSeconds ?? 0 };
}

function readComparison(request: Members): ComparisonOperator {
  const text = request.requiredText('ComparisonOperator', { oneOf: [...COMPARISON_OPERATORS, ...ANOMALY_OPERATORS] });
  if (ANOMALY_OPERATORS.includes(text)) {
    request.violate('ComparisonOperator', 'Member must compare with Threshold: Ebb does not support anomaly bands yet');
  }
  return text as ComparisonOperator;
}

/** Writes a member of `MetricAlarms`. */
export function writeMetricAlarm(alarm: Alarm, place: Place): object {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarmArn(place, alarm.name),
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: toTimestamp(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateReasonData: alarm.stateReasonData,
    StateUpdatedTimestamp: toTimestamp(alarm.stateUpdatedAt),
    StateTransitionedTimestamp: toTimestamp(alarm.stateChangedAt),
    ...writeSource(alarm.source, alarm.periodSeconds),
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissingData,
  };
}

function writeSource(source: AlarmSource, periodSeconds: number): object {
  if (source.kind === 'queries') return { Metrics: source.queries.map(writeMetricQuery) };
  const { metric, statistic, unit } = source;
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    Statistic: statistic,
    Dimensions: writeDimensions(metric.dimensions),
    Period: periodSeconds,
    Unit: unit,
  };
}
