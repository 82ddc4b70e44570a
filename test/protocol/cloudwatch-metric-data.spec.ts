import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricId } from '../../libs/core/metric/metric.js';
import { refusalOf } from '../support/cloudwatch-calls.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let host: ControlHost;
/** The start of a minute ten minutes ago. */
let begin: number;
beforeEach(async () => {
  host = await openControlHost();
  begin = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 10 * MINUTE_MS;
});
afterEach(() => host.close());

const minute = (index: number): Date => new Date(begin + index * MINUTE_MS);

const put = (MetricData: MetricDatum[], Namespace = 'Shop') =>
  host.cloudwatch.send(new PutMetricDataCommand({ Namespace, MetricData }));

const putSeries = (MetricName: string, values: number[]) =>
  put(values.map((Value, index) => ({ MetricName, Value, Timestamp: minute(index) })));

const statistics = (input: Partial<GetMetricStatisticsCommandInput> = {}) =>
  host.cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'Shop',
      MetricName: 'Orders',
      StartTime: minute(0),
      EndTime: minute(10),
      Period: 60,
      Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'],
      ...input,
    }),
  );

const data = (input: Partial<GetMetricDataCommandInput>) =>
  host.cloudwatch.send(
    new GetMetricDataCommand({ MetricDataQueries: [], StartTime: minute(0), EndTime: minute(10), ...input }),
  );

const stat = (MetricName: string, Period = 60, Stat = 'Sum') => ({
  Metric: { Namespace: 'Shop', MetricName },
  Period,
  Stat,
});

const list = (input: ListMetricsCommandInput = {}) => host.cloudwatch.send(new ListMetricsCommand(input));

const record = (metrics: MetricId[]): Promise<void> => {
  const datapoint = { at: begin, unit: 'Count', count: 1, sum: 1, minimum: 1, maximum: 1 } as const;
  return host.world.metrics.record(
    metrics.map((metric) => ({ metric, datapoint })),
    Date.now(),
  );
};

describe('the data of metrics', () => {
  beforeEach(async () => {
    await putSeries('Orders', [1, 2, 3, 4]);
    await put([0, 3].map((index) => ({ MetricName: 'Carts', Value: 10, Timestamp: minute(index) })));
  });

  const ORDERS = { Id: 'orders', MetricStat: stat('Orders') };
  const CARTS = { Id: 'carts', MetricStat: stat('Carts'), ReturnData: false };

  it('is returned line by line, the newest first', async () => {
    const { MetricDataResults } = await data({
      MetricDataQueries: [ORDERS, CARTS, { Id: 'share', Expression: 'orders / carts', Label: 'orders per cart' }],
    });
    expect(MetricDataResults).toEqual([
      {
        Id: 'orders',
        Label: 'Orders',
        Timestamps: [minute(3), minute(2), minute(1), minute(0)],
        Values: [4, 3, 2, 1],
        StatusCode: 'Complete',
      },
      {
        Id: 'share',
        Label: 'orders per cart',
        Timestamps: [minute(3), minute(0)],
        Values: [0.4, 0.1],
        StatusCode: 'Complete',
      },
    ]);
  });

  it('is returned the oldest first on request, each line in its own period', async () => {
    const { MetricDataResults } = await data({
      MetricDataQueries: [ORDERS, { Id: 'day', MetricStat: stat('Orders', 86_400) }],
      ScanBy: 'TimestampAscending',
    });
    expect(MetricDataResults![0]).toMatchObject({ Id: 'orders', Values: [1, 2, 3, 4] });
    expect(MetricDataResults![1]!.Values!.reduce((a, b) => a + b, 0)).toBe(10);
  });

  it.each(['TimestampDescending', 'TimestampAscending'] as const)('is returned page by page, %s', async (ScanBy) => {
    const MetricDataQueries = [ORDERS, { ...CARTS, ReturnData: true }];
    const whole = await data({ MetricDataQueries, ScanBy });
    const values = new Map<string, number[]>();
    const codes: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await data({ MetricDataQueries, ScanBy, MaxDatapoints: 2, NextToken });
      for (const { Id, Values, StatusCode } of page.MetricDataResults!) {
        values.set(Id!, [...(values.get(Id!) ?? []), ...Values!]);
        codes.push(`${Id} ${StatusCode}`);
      }
      ({ NextToken } = page);
      pages += 1;
    } while (NextToken !== undefined);
    expect([...values]).toEqual(whole.MetricDataResults!.map(({ Id, Values }) => [Id, Values]));
    expect(pages).toBe(3);
    expect(codes).toEqual(['orders PartialData', 'orders Complete', 'carts Complete']);
  });

  it('is returned page by page if much must be read, even for few results', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const input = {
      MetricDataQueries: ids.map((Id) => ({ Id, MetricStat: stat('Orders') })),
      StartTime: new Date(begin - 30 * 24 * HOUR_MS),
    };
    const first = await data(input);
    const second = await data({ ...input, NextToken: first.NextToken });
    const results = [...first.MetricDataResults!, ...second.MetricDataResults!];
    expect(second.NextToken).toBeUndefined();
    expect(results.map(({ Id }) => Id)).toEqual(ids);
    expect(results.every(({ Values }) => Values!.length === 4)).toBe(true);
  });

  it.each<[string, Partial<GetMetricDataCommandInput>, string, string]>([
    [
      'with the times the wrong way round',
      { MetricDataQueries: [ORDERS], EndTime: new Date(0) },
      'ValidationException',
      'The parameter StartTime must be less than the parameter EndTime.',
    ],
    [
      'with one id twice',
      { MetricDataQueries: [ORDERS, ORDERS] },
      'ValidationException',
      "The id 'orders' stands for more than one element.",
    ],
    [
      'with an expression that makes no sense',
      { MetricDataQueries: [ORDERS, { Id: 'e', Expression: 'orders +' }] },
      'ValidationException',
      "Error in expression 'e': Unexpected end of the expression at position 9.",
    ],
    [
      'with an expression over different periods',
      {
        MetricDataQueries: [
          ORDERS,
          { ...CARTS, MetricStat: stat('Carts', 300) },
          { Id: 'e', Expression: 'orders + carts' },
        ],
      },
      'ValidationException',
      "The expression 'e' is over metrics of different periods: 60 and 300 seconds.",
    ],
    [
      'with a percentile',
      { MetricDataQueries: [{ Id: 'orders', MetricStat: stat('Orders', 60, 'p99') }] },
      'ValidationException',
      'percentiles and other extended statistics are not supported by Ebb yet',
    ],
    [
      'with an odd period',
      { MetricDataQueries: [{ Id: 'orders', MetricStat: stat('Orders', 90) }] },
      'ValidationException',
      'The period 90 is not valid',
    ],
    [
      'of another account',
      { MetricDataQueries: [{ ...ORDERS, AccountId: '1' }] },
      'ValidationException',
      "at 'metricDataQueries.1.member.accountId' failed",
    ],
    [
      'beyond the last page',
      { MetricDataQueries: [ORDERS], NextToken: btoa('[7,0]') },
      'InvalidNextToken',
      'The NextToken is not valid',
    ],
  ])('is refused %s', async (_, input, name, message) => {
    const refused = await refusalOf(data(input));
    expect(refused).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(refused.message).toContain(message);
  });

  it.each<[string, Partial<GetMetricStatisticsCommandInput>, string, string]>([
    [
      'of too many datapoints',
      { StartTime: new Date(0), EndTime: new Date(2 * 24 * HOUR_MS) },
      'InvalidParameterCombinationException',
      'You have requested up to 2,880 datapoints, which exceeds the limit of 1,440.',
    ],
    [
      'of none of them',
      { Statistics: [] },
      'MissingRequiredParameterException',
      'At least one of the parameters Statistics',
    ],
    [
      'with the times the wrong way round',
      { EndTime: new Date(0) },
      'InvalidParameterCombinationException',
      'The parameter StartTime must be less than',
    ],
    [
      'that are extended',
      { ExtendedStatistics: ['p99'] },
      'InvalidParameterValueException',
      "at 'extendedStatistics' failed to satisfy constraint: Member must be null: it is not supported by Ebb yet",
    ],
    ['without a period', { Period: undefined }, 'InvalidParameterValueException', "Value 'null' at 'period' failed"],
  ])('is refused as statistics %s', async (_, input, name, message) => {
    const refused = await refusalOf(statistics(input));
    expect(refused).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(refused.message).toContain(message);
  });
});

describe('the list of metrics', () => {
  it('is narrowed by namespace, name and dimensions', async () => {
    await record([
      { namespace: 'Shop', name: 'Orders', dimensions: {} },
      { namespace: 'Shop', name: 'Orders', dimensions: { Country: 'NO' } },
      { namespace: 'Shop', name: 'Carts', dimensions: { Country: 'SE' } },
      { namespace: 'AWS/SageMaker', name: 'ApproximateBacklogSize', dimensions: { EndpointName: 'OCR' } },
    ]);
    expect((await list()).Metrics).toHaveLength(4);
    expect((await list({ Namespace: 'AWS/SageMaker', RecentlyActive: 'PT3H' })).Metrics).toEqual([
      {
        Namespace: 'AWS/SageMaker',
        MetricName: 'ApproximateBacklogSize',
        Dimensions: [{ Name: 'EndpointName', Value: 'OCR' }],
      },
    ]);
    expect((await list({ Dimensions: [{ Name: 'Country' }] })).Metrics).toHaveLength(2);
    expect((await list({ Dimensions: [{ Name: 'Country', Value: 'NO' }] })).Metrics).toMatchObject([
      { MetricName: 'Orders' },
    ]);
    expect((await list({ MetricName: 'Carts' })).Metrics).toMatchObject([{ MetricName: 'Carts' }]);
  });

  it('is returned in pages of five hundred for any names', async () => {
    await record(
      Array.from({ length: 501 }, (_, index) => ({
        namespace: 'Kjøp',
        name: `Bestillinger ☃ ${index}`,
        dimensions: {},
      })),
    );
    const first = await list();
    expect(first.Metrics).toHaveLength(500);
    const second = await list({ NextToken: first.NextToken });
    expect(second.Metrics).toHaveLength(1);
    expect(second.NextToken).toBeUndefined();
    expect(await refusalOf(list({ NextToken: 'mine' }))).toMatchObject({ name: 'InvalidNextToken' });
  });
});
