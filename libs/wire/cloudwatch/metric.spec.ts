import { describe, expect, it } from 'vitest';
import { Members } from '../aws/members.js';
import { readMetric, readRequiredTime, readStatistic, readTime, readUnit, writeMetric } from './metric.js';

const ORDERS = { Namespace: 'Shop', MetricName: 'Orders', Dimensions: [{ Name: 'Place', Value: 'Bern' }] };

describe('a metric', () => {
  it('is read and written alike', () => {
    const metric = Members.read(ORDERS, readMetric);
    expect(metric).toEqual({ namespace: 'Shop', name: 'Orders', dimensions: { Place: 'Bern' } });
    expect(writeMetric(metric)).toEqual(ORDERS);
  });

  it.each<[string, object, string]>([
    ['in no namespace', { Namespace: undefined }, "Value 'null' at 'namespace'"],
    ['in a namespace that begins with a colon', { Namespace: ':Shop' }, 'regular expression pattern: [^:].*'],
    ['without a name', { MetricName: '' }, "Value '' at 'metricName'"],
    ['with a name that is too long', { MetricName: 'x'.repeat(256) }, 'length less than or equal to 255'],
    ['with a dimension without a name', { Dimensions: [{ Value: 'Bern' }] }, "at 'dimensions.1.member.name'"],
    ['with a dimension without a value', { Dimensions: [{ Name: 'Place' }] }, "at 'dimensions.1.member.value'"],
    ['with a blank dimension', { Dimensions: [{ Name: 'Place', Value: '  ' }] }, "at 'dimensions.1.member.value'"],
    ['with a dimension that is not ASCII', { Dimensions: [{ Name: 'Ort', Value: 'Zürich' }] }, "Value 'Zürich' at"],
    [
      'with one dimension twice',
      { Dimensions: [...ORDERS.Dimensions, ...ORDERS.Dimensions] },
      "Value 'Place' at 'dimensions.2.member.name' failed to satisfy constraint: Member must be named only once",
    ],
    [
      'with 31 dimensions',
      { Dimensions: Array.from({ length: 31 }, (_, index) => ({ Name: `D${index}`, Value: 'x' })) },
      "at 'dimensions' failed to satisfy constraint: Member must have length less than or equal to 30",
    ],
  ])('is refused %s', (_, members, message) => {
    expect(() => Members.read({ ...ORDERS, ...members }, readMetric)).toThrow(message);
  });
});

describe('what is read of a metric', () => {
  it.each(['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum'])('may be its %s', (Stat) => {
    expect(Members.read({ Stat }, (request) => readStatistic(request, 'Stat'))).toBe(Stat);
  });

  it.each(['p99', 'TM(10%:90%)', 'sum'])('is not %s', (Stat) => {
    expect(() => Members.read({ Stat }, (request) => readStatistic(request, 'Stat'))).toThrow(
      "at 'stat' failed to satisfy constraint: Member must satisfy enum value set: [Average, Minimum, Maximum, " +
        'SampleCount, Sum]; percentiles and other extended statistics are not supported by Ebb yet',
    );
  });

  it('is missing under its own name alone', () => {
    expect(() => Members.read({}, (request) => readStatistic(request, 'Statistic'))).toThrow(
      "1 validation error detected: Value 'null' at 'statistic' failed to satisfy constraint: Member must not be null",
    );
  });

  it('has a unit of CloudWatch’s, or none', () => {
    expect(Members.read({ Unit: 'Count/Second' }, readUnit)).toBe('Count/Second');
    expect(Members.read({}, readUnit)).toBeUndefined();
    expect(() => Members.read({ Unit: 'Furlongs' }, readUnit)).toThrow("Value 'Furlongs' at 'unit'");
  });
});

describe('a time', () => {
  it('is in seconds with a fraction, and in whole milliseconds once read', () => {
    expect(Members.read({ StartTime: 1_800_000_000.0005 }, (request) => readTime(request, 'StartTime'))).toBe(
      1_800_000_000_001,
    );
    expect(Members.read({}, (request) => readTime(request, 'StartTime'))).toBeUndefined();
  });

  it('is missed where it is required', () => {
    expect(() => Members.read({}, (request) => readRequiredTime(request, 'StartTime'))).toThrow("at 'startTime'");
  });
});
