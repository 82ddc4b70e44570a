import { describe, expect, it } from 'vitest';
import type { MetricQuery } from '../../core/metric/metric-query.js';
import { Members } from '../aws/members.js';
import { readMetricQueries, writeMetricQuery } from './metric-queries.js';

const Metric = { Namespace: 'Shop', MetricName: 'Orders', Dimensions: [{ Name: 'Place', Value: 'Bern' }] };
const MetricStat = { Metric, Period: 60, Stat: 'Sum', Unit: 'Count' };

const read = (...Metrics: object[]): MetricQuery[] =>
  Members.read({ Metrics }, (request) => readMetricQueries(request.structures('Metrics')));

describe('a line of a list of metrics', () => {
  it('reads one metric', () => {
    expect(read({ Id: 'orders', Label: 'Orders', MetricStat, ReturnData: false })).toEqual([
      {
        id: 'orders',
        label: 'Orders',
        returnData: false,
        kind: 'metric',
        metric: { namespace: 'Shop', name: 'Orders', dimensions: { Place: 'Bern' } },
        statistic: 'Sum',
        periodSeconds: 60,
        unit: 'Count',
      },
    ]);
  });

  it('is an expression over the others, and returns data unless it says otherwise', () => {
    expect(read({ Id: 'e', Expression: 'orders / 2', Period: 300 })).toEqual([
      { id: 'e', returnData: true, kind: 'expression', expression: 'orders / 2', periodSeconds: 300 },
    ]);
  });

  it.each<[string, object]>([
    ['of a metric', { Id: 'orders', Label: 'Orders', ReturnData: false, MetricStat }],
    ['of an expression', { Id: 'e', Label: 'Half', ReturnData: true, Expression: 'orders / 2', Period: 300 }],
  ])('%s is written as it was read', (_, line) => {
    expect(read(line).map(writeMetricQuery)).toEqual([line]);
  });

  it.each<[string, object, string]>([
    ['without an id', { Expression: '1' }, "Value 'null' at 'metrics.1.member.id'"],
    ['with neither', { Id: 'e' }, 'Exactly one of MetricStat and Expression must be given'],
    ['with both', { Id: 'e', MetricStat, Expression: '1' }, 'Exactly one of MetricStat and Expression must be given'],
    ['of another account', { Id: 'e', Expression: '1', AccountId: '1' }, "at 'metrics.1.member.accountId'"],
    ['with an empty expression', { Id: 'e', Expression: '' }, "at 'metrics.1.member.expression'"],
    [
      'with an expression that is too long',
      { Id: 'e', Expression: '1'.repeat(2049) },
      'length less than or equal to 2048',
    ],
    ['with a period of nothing', { Id: 'e', Expression: '1', Period: 0 }, 'value greater than or equal to 1'],
    [
      'of a metric without a period',
      { Id: 'm', MetricStat: { Metric, Stat: 'Sum' } },
      "Value 'null' at 'metrics.1.member.metricStat.period'",
    ],
    [
      'of a metric without a statistic',
      { Id: 'm', MetricStat: { Metric, Period: 60 } },
      "Value 'null' at 'metrics.1.member.metricStat.stat'",
    ],
    [
      'of no metric',
      { Id: 'm', MetricStat: { Period: 60, Stat: 'Sum' } },
      "Value 'null' at 'metrics.1.member.metricStat.metric'",
    ],
  ])('is refused %s', (_, line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});
