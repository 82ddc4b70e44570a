import {
  type MetricId,
  type MetricUnit,
  type StatisticSet,
  mergeStatistics,
  statisticSetOf,
} from '../../core/metric/metric.js';
import type { Members } from '../aws/members.js';
import { invalidCombination, invalidValue, missingParameter, readParameters } from './errors.js';
import { METRIC_NAME, NAMESPACE, readDimensions, readTime, readUnit } from './metric.js';

/** The values that were put for one metric at one time. */
export interface PutMeasurement extends StatisticSet {
  readonly metric: MetricId;
  readonly unit: MetricUnit;
  readonly at: number;
}

const MAX_METRICS = 1_000;
const MAX_VALUES = 150;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;
const LARGEST_VALUE = 2 ** 360;

/** Reads `PutMetricData`; a datum without a timestamp was measured at `now`. */
export function readPutMetricData(body: Readonly<Record<string, unknown>>, now: number): PutMeasurement[] {
  const data = readParameters(body, (request) => {
    request.refuse('EntityMetricData');
    const namespace = request.requiredText('Namespace', NAMESPACE);
    if (!request.has('MetricData')) request.violate('MetricData', 'Member must not be null');
    return request.structures('MetricData').map((datum) => readDatum(datum, namespace));
  });
  const [first] = data;
  if (first && /^AWS\//i.test(first.metric.namespace)) {
    throw invalidValue(`The value ${first.metric.namespace} for parameter Namespace is invalid.`);
  }
  if (data.length > MAX_METRICS) {
    throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_METRICS}.`);
  }
  return data.map((datum, index) => measurementOf(datum, `MetricData.member.${index + 1}`, now));
}

/** A `MetricDatum` as sent, before the combination of its values is checked. */
interface Datum {
  readonly metric: MetricId;
  readonly unit: MetricUnit;
  readonly at?: number;
  readonly value?: number;
  readonly set?: StatisticSet;
  readonly values?: readonly number[];
  readonly counts?: readonly number[];
}

function readDatum(datum: Members, namespace: string): Datum {
  datum.integer('StorageResolution', { min: 1, max: 60 });
  const set = datum.structure('StatisticValues');
  return {
    metric: { namespace, name: datum.requiredText('MetricName', METRIC_NAME), dimensions: readDimensions(datum) },
    unit: readUnit(datum) ?? 'None',
    at: readTime(datum, 'Timestamp'),
    value: datum.float('Value'),
    set: set && {
      count: set.requiredFloat('SampleCount'),
      sum: set.requiredFloat('Sum'),
      minimum: set.requiredFloat('Minimum'),
      maximum: set.requiredFloat('Maximum'),
    },
    values: datum.has('Values') ? datum.floats('Values', { min: 1, max: MAX_VALUES }) : undefined,
    counts: datum.has('Counts') ? datum.floats('Counts', { min: 1, max: MAX_VALUES }) : undefined,
  };
}

function measurementOf(datum: Datum, path: string, now: number): PutMeasurement {
  const { at = now, metric, unit } = datum;
  if (at < now - OLDEST_MS) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time within the past two weeks.`);
  }
  if (at > now + NEWEST_MS) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time no more than two hours in the future.`);
  }
  return { metric, unit, at, ...setOf(datum, path) };
}

function setOf({ value, set, values, counts }: Datum, path: string): StatisticSet {
  const given = Object.entries({ Value: value, StatisticValues: set, Values: values }).filter(
    ([, content]) => content !== undefined,
  );
  if (given.length > 1) {
    const names = given.map(([name]) => `${path}.${name}`).join(' and ');
    throw invalidCombination(`The parameters ${names} are mutually exclusive and you have specified more than one.`);
  }
  if (value !== undefined) return checkedSet(statisticSetOf(value), path);
  if (set) return checkedSet(set, path);
  if (values) return foldValues(values, counts, path);
  throw missingParameter(`At least one of the parameters ${path}.Value, StatisticValues and Values must be specified.`);
}

function foldValues(values: readonly number[], counts: readonly number[] | undefined, path: string): StatisticSet {
  if (counts && counts.length !== values.length) {
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  return values
    .map((value, index) => checkedSet(statisticSetOf(value, counts?.[index] ?? 1), path))
    .reduce((a, b) => mergeStatistics(a, b));
}

function checkedSet(set: StatisticSet, path: string): StatisticSet {
  const { count, minimum, maximum } = set;
  if (!(count > 0)) throw invalidValue(`The count ${count} in ${path} is invalid: it must be more than 0.`);
  if (minimum > maximum) throw invalidValue(`The value of ${path}.Minimum must not be more than that of Maximum.`);
  const wrong = Object.values(set).find((value) => Math.abs(value) > LARGEST_VALUE);
  if (wrong === undefined) return set;
  throw invalidValue(`The value ${wrong} in ${path} is invalid: it must be in the range of -2^360 to 2^360.`);
}
