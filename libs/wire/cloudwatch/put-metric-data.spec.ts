import { describe, expect, it } from 'vitest';
import { readPutMetricData } from './put-metric-data.js';

const NOW = Date.UTC(2026, 0, 31, 12);
const DAY_S = 86_400;
const ORDERS = { MetricName: 'Orders', Value: 3 };

const put = (...MetricData: object[]) => readPutMetricData({ Namespace: 'Shop', MetricData }, NOW);

describe('a metric that is put', () => {
  it.each<[string, object, object]>([
    ['one value', { Value: 3 }, { count: 1, sum: 3, minimum: 3, maximum: 3 }],
    [
      'a statistic set',
      { StatisticValues: { SampleCount: 4, Sum: 8, Minimum: 1, Maximum: 3 } },
      { count: 4, sum: 8, minimum: 1, maximum: 3 },
    ],
    ['several values', { Values: [1, 3] }, { count: 2, sum: 4, minimum: 1, maximum: 3 }],
    ['values and their counts', { Values: [1, 3], Counts: [2, 4] }, { count: 6, sum: 14, minimum: 1, maximum: 3 }],
  ])('may come as %s', (_, shape, set) => {
    expect(put({ MetricName: 'Orders', ...shape })).toMatchObject([set]);
  });

  it('has no unit and was measured now, unless it says otherwise', () => {
    const said = { Timestamp: NOW / 1000 - 60, Unit: 'Count', Dimensions: [{ Name: 'Place', Value: 'Bern' }] };
    expect(put(ORDERS, { ...ORDERS, ...said })).toMatchObject([
      { at: NOW, unit: 'None', metric: { namespace: 'Shop', name: 'Orders', dimensions: {} } },
      { at: NOW - 60_000, unit: 'Count', metric: { dimensions: { Place: 'Bern' } } },
    ]);
  });

  it('may be two weeks old, or two hours ahead', () => {
    const times = [NOW / 1000 - 14 * DAY_S, NOW / 1000 + 7_200];
    expect(put(...times.map((Timestamp) => ({ ...ORDERS, Timestamp }))).map(({ at }) => at / 1000)).toEqual(times);
  });

  it.each<[string, object, string, string]>([
    [
      'older than two weeks',
      { ...ORDERS, Timestamp: NOW / 1000 - 14 * DAY_S - 1 },
      'InvalidParameterValue',
      'MetricData.member.2.Timestamp must specify a time within the past two weeks',
    ],
    [
      'more than two hours ahead',
      { ...ORDERS, Timestamp: NOW / 1000 + 7_201 },
      'InvalidParameterValue',
      'MetricData.member.2.Timestamp must specify a time no more than two hours in the future',
    ],
    [
      'of no value',
      { MetricName: 'Orders' },
      'MissingParameter',
      'At least one of the parameters MetricData.member.2.Value, StatisticValues and Values must be specified.',
    ],
    [
      'of two shapes',
      { ...ORDERS, Values: [1] },
      'InvalidParameterCombination',
      'MetricData.member.2.Value and MetricData.member.2.Values are mutually exclusive',
    ],
    [
      'of more counts than values',
      { MetricName: 'Orders', Values: [1], Counts: [1, 2] },
      'InvalidParameterValue',
      'must be of the same size',
    ],
    [
      'that counts for nothing',
      { MetricName: 'Orders', Values: [1], Counts: [0] },
      'InvalidParameterValue',
      'The count 0 in MetricData.member.2 is invalid',
    ],
    [
      'whose least value is more than its largest',
      { MetricName: 'Orders', StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      'InvalidParameterValue',
      'MetricData.member.2.Minimum must not be more than that of Maximum',
    ],
    [
      'beyond all bounds',
      { ...ORDERS, Value: -(2 ** 361) },
      'InvalidParameterValue',
      'it must be in the range of -2^360 to 2^360',
    ],
    ['without a name', { Value: 1 }, 'InvalidParameterValue', "Value 'null' at 'metricData.2.member.metricName'"],
    [
      'of 151 values',
      { MetricName: 'Orders', Values: Array.from({ length: 151 }, () => 1) },
      'InvalidParameterValue',
      "at 'metricData.2.member.values'",
    ],
    [
      'at an odd resolution',
      { ...ORDERS, StorageResolution: 61 },
      'InvalidParameterValue',
      "Value '61' at 'metricData.2.member.storageResolution'",
    ],
  ])('is refused %s, with all that came along', (_, datum, code, message) => {
    expect(() => put(ORDERS, datum)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('metrics that are put together', () => {
  it.each<[string, object, string]>([
    [
      'in a namespace of AWS’s own',
      { Namespace: 'aws/Shop' },
      'The value aws/Shop for parameter Namespace is invalid.',
    ],
    ['in none', { Namespace: undefined }, "Value 'null' at 'namespace'"],
    ['without any', { MetricData: undefined }, "Value 'null' at 'metricData'"],
    [
      'more than a thousand',
      { MetricData: Array.from({ length: 1_001 }, () => ORDERS) },
      'The collection MetricData must not have a size greater than 1000.',
    ],
    ['of entities', { EntityMetricData: [{}] }, "at 'entityMetricData'"],
  ])('are refused %s', (_, members, message) => {
    expect(() => readPutMetricData({ Namespace: 'Shop', MetricData: [ORDERS], ...members }, NOW)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue', message: expect.stringContaining(message) }),
    );
  });
});
