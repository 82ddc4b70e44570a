import {
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
  type MetricDatum,
  PutMetricDataCommand,
  type PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('metrics that are put', () => {
  it('are returned as each statistic from any shape in which they were put', async () => {
    await put([
      { MetricName: 'Orders', Value: 7, Timestamp: minute(1), Unit: 'Count' },
      { MetricName: 'Orders', Values: [1, 4], Counts: [3, 1], Timestamp: minute(1), Unit: 'Count' },
      {
        MetricName: 'Orders',
        StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 0.5, Maximum: 9.5 },
        Timestamp: new Date(begin + MINUTE_MS + 59_000),
        Unit: 'Count',
      },
      { MetricName: 'Orders', Value: 5, Timestamp: minute(3), Unit: 'Count' },
    ]);
    const { Label, Datapoints } = await statistics();
    expect(Label).toBe('Orders');
    expect(Datapoints).toEqual([
      { Timestamp: minute(1), SampleCount: 7, Sum: 24, Minimum: 0.5, Maximum: 9.5, Average: 24 / 7, Unit: 'Count' },
      { Timestamp: minute(3), SampleCount: 1, Sum: 5, Minimum: 5, Maximum: 5, Average: 5, Unit: 'Count' },
    ]);
  });

  it('are read in the unit in which they were put, or not at all', async () => {
    await put([{ MetricName: 'Orders', Value: 7, Timestamp: minute(1) }]);
    expect((await statistics({ Unit: 'None' })).Datapoints).toHaveLength(1);
    expect((await statistics({ Unit: 'Count' })).Datapoints).toEqual([]);
  });

  it('are merged into longer periods, and distinguished by their dimensions', async () => {
    const Dimensions = [{ Name: 'Country', Value: 'NO' }];
    await put([
      { MetricName: 'Orders', Value: 7, Timestamp: minute(1) },
      { MetricName: 'Orders', Value: 1, Timestamp: minute(1), Dimensions },
      { MetricName: 'Orders', Value: 3, Timestamp: minute(2), Dimensions },
    ]);
    const { Datapoints } = await statistics({ Dimensions, Period: 3600, Statistics: ['Sum'] });
    expect(Datapoints).toEqual([
      {
        Timestamp: new Date(Math.floor(minute(1).getTime() / HOUR_MS) * HOUR_MS),
        Sum: expect.any(Number) as number,
        Unit: 'None',
      },
      ...Datapoints!.slice(1),
    ]);
    expect(Datapoints!.reduce((sum, { Sum }) => sum + Sum!, 0)).toBe(4);
  });

  it('may be compressed, as SDKs send large requests', async () => {
    const MetricData = Array.from({ length: 1_000 }, (_, index) => ({
      MetricName: `Orders of the shop with the number ${index}`,
      Value: index,
      Timestamp: minute(1),
    }));
    let encoding: unknown;
    host.cloudwatch.middlewareStack.add(
      (next) => (args) => {
        encoding = (args.request as { headers: Record<string, string> }).headers['content-encoding'];
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await put(MetricData);
    expect(encoding).toBe('gzip');
    const { Datapoints } = await statistics({ MetricName: MetricData[999]!.MetricName, Statistics: ['Sum'] });
    expect(Datapoints).toMatchObject([{ Sum: 999 }]);
  });
});

describe('metrics are refused', () => {
  const datum = { MetricName: 'Orders', Value: 1 };

  it.each<[string, () => Partial<PutMetricDataCommandInput>, string, string]>([
    [
      "in a namespace of AWS's own",
      () => ({ Namespace: 'AWS/SageMaker' }),
      'InvalidParameterValueException',
      'The value AWS/SageMaker for parameter Namespace is invalid.',
    ],
    ['in no namespace', () => ({ Namespace: '' }), 'InvalidParameterValueException', "Value '' at 'namespace' failed"],
    [
      'where they are older than two weeks',
      () => ({ MetricData: [datum, { ...datum, Timestamp: new Date(begin - 15 * 24 * HOUR_MS) }] }),
      'InvalidParameterValueException',
      'The parameter MetricData.member.2.Timestamp must specify a time within the past two weeks.',
    ],
    [
      'where they are too far ahead',
      () => ({ MetricData: [{ ...datum, Timestamp: new Date(begin + 3 * HOUR_MS) }] }),
      'InvalidParameterValueException',
      'The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future.',
    ],
    [
      'without a value',
      () => ({ MetricData: [{ MetricName: 'Orders' }] }),
      'MissingRequiredParameterException',
      'At least one of the parameters MetricData.member.1.Value',
    ],
    [
      'with values of two shapes',
      () => ({ MetricData: [{ ...datum, Values: [1] }] }),
      'InvalidParameterCombinationException',
      'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive',
    ],
    [
      'with more counts than values',
      () => ({ MetricData: [{ MetricName: 'Orders', Values: [1], Counts: [1, 2] }] }),
      'InvalidParameterValueException',
      'must be of the same size.',
    ],
    [
      'with a sample count of nothing',
      () => ({
        MetricData: [{ MetricName: 'Orders', StatisticValues: { SampleCount: 0, Sum: 0, Minimum: 0, Maximum: 0 } }],
      }),
      'InvalidParameterValueException',
      'The count 0 in MetricData.member.1 is invalid',
    ],
    [
      'with a value beyond all bounds',
      () => ({ MetricData: [{ MetricName: 'Orders', Value: 1e200 }] }),
      'InvalidParameterValueException',
      'it must be in the range of -2^360 to 2^360.',
    ],
    [
      'with an unknown unit',
      () => ({ MetricData: [{ ...datum, Unit: 'Furlongs' as 'Count' }] }),
      'InvalidParameterValueException',
      "Value 'Furlongs' at 'metricData.1.member.unit' failed",
    ],
    [
      'with 31 dimensions',
      () => ({
        MetricData: [
          { ...datum, Dimensions: Array.from({ length: 31 }, (_, index) => ({ Name: `D${index}`, Value: 'x' })) },
        ],
      }),
      'InvalidParameterValueException',
      "at 'metricData.1.member.dimensions' failed",
    ],
    [
      'more than a thousand at once',
      () => ({ MetricData: Array.from({ length: 1_001 }, () => datum) }),
      'InvalidParameterValueException',
      'The collection MetricData must not have a size greater than 1000.',
    ],
  ])('%s', async (_, input, name, message) => {
    const command = new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [datum], ...input() });
    const refused = await refusalOf(host.cloudwatch.send(command));
    expect(refused).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(refused.message).toContain(message);
    expect((await statistics({ EndTime: new Date(begin + HOUR_MS) })).Datapoints).toEqual([]);
  });
});
