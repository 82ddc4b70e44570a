import type { AlarmEvidence, AlarmPeriods, AlarmPoint } from './alarm-evidence.js';
import type { Alarm, AlarmState, ComparisonOperator, MissingDataTreatment } from './alarm.js';

const COMPARISON_WORDS: Readonly<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

const TREATMENT_WORDS: Readonly<Record<MissingDataTreatment, string>> = {
  missing: 'Missing',
  ignore: 'Ignored',
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
};

/** Returns why an alarm is in a state, in CloudWatch's own sentences. */
export function describeReason(alarm: Alarm, evidence: AlarmEvidence, state: AlarmState): string {
  const { missing, points, wanted } = evidence;
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${wanted} ${datapoints(wanted)} unknown.`;
  const isAlarm = state === 'ALARM';
  const telling = points.filter(({ isBreaching }) => isBreaching === isAlarm);
  const treated = `${missing} missing ${datapoints(missing)} treated as [${TREATMENT_WORDS[alarm.treatMissingData]}]`;
  if (telling.length === 0) {
    return `Threshold Crossed: ${points.length || 'no'} ${datapoints(points.length)} received for ${periods(wanted)} and ${treated}.`;
  }
  const isFilled = missing > 0 && alarm.treatMissingData === (isAlarm ? 'breaching' : 'notBreaching');
  const relation = `${isAlarm ? '' : 'not '}${COMPARISON_WORDS[alarm.comparison]}`;
  return (
    `Threshold Crossed: ${telling.length} out of the last ${wanted} datapoints [${listed(telling)}] ` +
    `${telling.length === 1 ? 'was' : 'were'} ${relation} the threshold (${decimal(alarm.threshold)})` +
    `${isFilled ? ` and ${treated}` : ''} (minimum ${minimum(evidence, isAlarm)} transition).`
  );
}

/** Returns the evaluated data, as the JSON that CloudWatch keeps beside an alarm's state. */
export function reasonDataOf(
  { source, threshold }: Alarm,
  { points, wanted }: AlarmEvidence,
  window: AlarmPeriods,
): string {
  const { end, periodMs } = window;
  const newestFirst = points.toReversed();
  const unknown = Array.from({ length: wanted }, (_, index) => ({
    timestamp: timestamp(end - (index + 1) * periodMs),
  }));
  return JSON.stringify({
    version: '1.0',
    queryDate: timestamp(end),
    startDate: points[0] && timestamp(points[0].at),
    unit: source.kind === 'metric' ? source.unit : undefined,
    statistic: source.kind === 'metric' ? source.statistic : undefined,
    period: periodMs / 1000,
    recentDatapoints: points.map(({ value }) => value),
    threshold,
    evaluatedDatapoints:
      points.length === 0 ? unknown : newestFirst.map(({ at, value }) => ({ timestamp: timestamp(at), value })),
  });
}

function minimum({ toAlarm, wanted }: AlarmEvidence, isAlarm: boolean): string {
  const count = isAlarm ? toAlarm : wanted - toAlarm + 1;
  return `${count} datapoint${count === 1 ? '' : 's'} for ${isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'}`;
}

function datapoints(count: number): string {
  return count === 1 ? 'datapoint was' : 'datapoints were';
}

function periods(count: number): string {
  return `${count} period${count === 1 ? '' : 's'}`;
}

/** Lists points, the newest first, each with the start of its period. */
function listed(points: readonly AlarmPoint[]): string {
  return points
    .toReversed()
    .map(({ at, value }) => `${decimal(value)} (${shortTime(at)})`)
    .join(', ');
}

/** Writes a number as CloudWatch does: always with a decimal. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Writes a time as `22/11/26 10:01:00`, in UTC. */
function shortTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${month}/${year.slice(-2)} ${time.slice(0, 8)}`;
}

/** Writes a time with a numeric offset instead of a Z. */
function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
