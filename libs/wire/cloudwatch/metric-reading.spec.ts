import { describe, expect, it } from 'vitest';
import type { MetricQuery } from '../../core/metric/metric-query.js';
import { formatPageToken, formatTextToken } from '../aws/page-token.js';
import {
  readGetMetricData,
  readGetMetricStatistics,
  readListMetrics,
  writeMetricData,
  writeStatistics,
} from './metric-reading.js';

const METRIC = { Namespace: 'Shop', MetricName: 'Orders' };
const ORDERS = { Id: 'orders', MetricStat: { Metric: METRIC, Period: 60, Stat: 'Sum' } };

describe('GetMetricData', () => {
  const get = { MetricDataQueries: [ORDERS], StartTime: 0, EndTime: 3_600 };

  it('asks by default for the newest first, and for the most datapoints that one answer may hold', () => {
    const request = readGetMetricData(get);
    expect(request).toMatchObject({ from: 0, to: 3_600_000, newestFirst: true, limit: 100_800, after: undefined });
    expect(request.queries.map(({ id }) => id)).toEqual(['orders']);
  });

  it('goes on where a page ended', () => {
    const NextToken = formatPageToken([1, 60_000]);
    const more = { ScanBy: 'TimestampAscending', MaxDatapoints: 10, NextToken };
    expect(readGetMetricData({ ...get, ...more })).toMatchObject({
      newestFirst: false,
      limit: 10,
      after: { line: 1, at: 60_000 },
    });
  });

  it.each<[string, object, string, string]>([
    ['no queries', { MetricDataQueries: undefined }, 'InvalidRequest', "Value 'null' at 'metricDataQueries'"],
    [
      'more than 500 queries',
      { MetricDataQueries: Array.from({ length: 501 }, () => ORDERS) },
      'InvalidRequest',
      "at 'metricDataQueries'",
    ],
    ['no beginning', { StartTime: undefined }, 'InvalidRequest', "Value 'null' at 'startTime'"],
    ['no length', { EndTime: 0 }, 'InvalidRequest', 'StartTime must be less than the parameter EndTime'],
    ['too large a page', { MaxDatapoints: 100_801 }, 'InvalidRequest', "at 'maxDatapoints'"],
    ['a token of nobody’s', { NextToken: 'x' }, 'InvalidNextToken', 'The NextToken is not valid'],
  ])('is refused with %s', (_, members, code, message) => {
    expect(() => readGetMetricData({ ...get, ...members })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it.each<[string, Partial<MetricQuery>, string]>([
    ['its label', { label: 'All orders' }, 'All orders'],
    ['its metric’s name', {}, 'Orders'],
    ['its id, for an expression', { kind: 'expression', expression: '1' }, 'orders'],
  ])('labels a line with %s', (_, line, Label) => {
    const [query] = readGetMetricData(get).queries;
    const results = [{ query: { ...query, ...line } as MetricQuery, points: [], isComplete: true }];
    expect(writeMetricData({ results })).toMatchObject({ MetricDataResults: [{ Id: 'orders', Label }] });
  });

  it('answers with times in seconds, and says which lines go on', () => {
    const [query] = readGetMetricData(get).queries;
    const results = [{ query: query!, points: [{ at: 60_000, value: 7 }], isComplete: false }];
    expect(writeMetricData({ results, next: { line: 0, at: 60_000 } })).toEqual({
      MetricDataResults: [{ Id: 'orders', Label: 'Orders', Timestamps: [60], Values: [7], StatusCode: 'PartialData' }],
      NextToken: formatPageToken([0, 60_000]),
      Messages: [],
    });
  });
});

describe('GetMetricStatistics', () => {
  const get = { ...METRIC, StartTime: 0, EndTime: 86_400, Period: 60, Statistics: ['Sum', 'Average'] };

  it('asks for up to 1,440 datapoints', () => {
    expect(readGetMetricStatistics(get)).toEqual({
      metric: { namespace: 'Shop', name: 'Orders', dimensions: {} },
      from: 0,
      to: 86_400_000,
      periodSeconds: 60,
      statistics: ['Sum', 'Average'],
      unit: undefined,
    });
  });

  it.each<[string, object, string, string]>([
    ['more of them', { EndTime: 86_401 }, 'InvalidParameterCombination', 'You have requested up to 1,441 datapoints'],
    ['no statistics', { Statistics: [] }, 'MissingParameter', 'At least one of the parameters Statistics'],
    ['no length', { EndTime: 0 }, 'InvalidParameterCombination', 'StartTime must be less than'],
    ['extended statistics', { ExtendedStatistics: ['p99'] }, 'InvalidParameterValue', "at 'extendedStatistics'"],
    ['unknown statistics', { Statistics: ['p99'] }, 'InvalidParameterValue', "Value 'p99' at 'statistics.1.member'"],
    ['no period', { Period: undefined }, 'InvalidParameterValue', "Value 'null' at 'period'"],
  ])('is refused with %s', (_, members, code, message) => {
    expect(() => readGetMetricStatistics({ ...get, ...members })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('answers with the statistics that were asked for', () => {
    const point = { at: 60_000, unit: 'Count', count: 4, sum: 8, minimum: 1, maximum: 3 } as const;
    expect(writeStatistics([point], readGetMetricStatistics(get))).toEqual({
      Label: 'Orders',
      Datapoints: [{ Timestamp: 60, Sum: 8, Average: 2, Unit: 'Count' }],
    });
  });
});

describe('ListMetrics', () => {
  it('asks for everything, or for some', () => {
    expect(readListMetrics({})).toEqual({ dimensions: [] });
    expect(
      readListMetrics({
        ...METRIC,
        Dimensions: [{ Name: 'Place' }, { Name: 'Kind', Value: 'Book' }],
        RecentlyActive: 'PT3H',
        NextToken: formatTextToken('Größe'),
      }),
    ).toEqual({
      namespace: 'Shop',
      name: 'Orders',
      dimensions: [{ name: 'Place' }, { name: 'Kind', value: 'Book' }],
      after: 'Größe',
    });
  });

  it.each<[string, object, string]>([
    ['other accounts', { IncludeLinkedAccounts: true }, "at 'includeLinkedAccounts'"],
    ['another time than three hours', { RecentlyActive: 'PT1H' }, 'enum value set: [PT3H]'],
    ['eleven dimensions', { Dimensions: Array.from({ length: 11 }, () => ({ Name: 'D' })) }, "at 'dimensions'"],
  ])('is refused with %s', (_, members, message) => {
    expect(() => readListMetrics(members as Record<string, unknown>)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue', message: expect.stringContaining(message) }),
    );
  });
});
