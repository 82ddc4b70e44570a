import { describe, expect, it } from 'vitest';
import type { MetricQuery } from './metric-query.js';
import { checkEveryQuery, checkQueries, evaluateAllQueries, evaluateQueries, metricsBehind } from './metric-math.js';

function metric(id: string, returnData = false, periodSeconds = 60): MetricQuery {
  const dimensions = { EndpointName: id };
  return {
    kind: 'metric',
    id,
    returnData,
    metric: { namespace: 'N', name: 'M', dimensions },
    statistic: 'Average',
    periodSeconds,
  };
}

function line(expression: string, id = 'e', returnData = true): MetricQuery {
  return { kind: 'expression', id, expression, returnData };
}

const READ = new Map([
  ['m1', [1, 2, undefined, 4]],
  ['m2', [10, undefined, undefined, 40]],
]);

function valuesOf(expression: string): readonly (number | undefined)[] {
  return evaluateQueries([metric('m1'), metric('m2'), line(expression)], READ);
}

describe('an expression comes to', () => {
  it.each([
    ['m1 + m2', [11, undefined, undefined, 44]],
    ['m2 - m1 * 2', [8, undefined, undefined, 32]],
    ['(m2 - m1) * 2', [18, undefined, undefined, 72]],
    ['m2 / m1 / 2', [5, undefined, undefined, 5]],
    ['m1 / 0', [undefined, undefined, undefined, undefined]],
    ['2 ^ 3 ^ 2', [512, 512, 512, 512]],
    ['-2 ^ 2 + - -1', [-3, -3, -3, -3]],
    ['1.5e1 + .5', [15.5, 15.5, 15.5, 15.5]],
    ['m1 > 1', [0, 1, undefined, 1]],
    ['m1 <= 2 AND m1 != 1', [0, 1, undefined, 0]],
    ['m1 == 1 || m1 >= 4 && 1', [1, 0, undefined, 1]],
    ['IF(m1 < 2, 0, m2)', [0, undefined, undefined, 40]],
    ['IF(m1 > 1, m1)', [undefined, 2, undefined, 4]],
    ['IF(1, 5, 6)', [5, 5, 5, 5]],
    ['FILL(m2, 0)', [10, 0, 0, 40]],
    ['FILL(m2, REPEAT)', [10, 10, 10, 40]],
    ['FILL(m2, LINEAR)', [10, 20, 30, 40]],
    ['FILL(m2, MIN(m1))', [10, 1, 1, 40]],
    ['MAX([m1, m2])', [10, 2, undefined, 40]],
    ['SUM(METRICS())', [11, 2, undefined, 44]],
    ['SUM(METRICS("2"))', [10, undefined, undefined, 40]],
    ['AVG([m1, m2, 3])', [14 / 3, 2.5, 3, 47 / 3]],
    ['MIN([FILL(METRICS(), 7)])', [1, 2, 7, 4]],
    ['m1 - AVG(m1)', [1 - 7 / 3, 2 - 7 / 3, undefined, 4 - 7 / 3]],
    ['ABS(m1 - 3)', [2, 1, undefined, 1]],
    ['CEIL(m1 / 3) + FLOOR(m1 / 3)', [1, 1, undefined, 3]],
    ['SUM(METRICS() / 2)', [5.5, 1, undefined, 22]],
  ])('%s', (expression, values) => {
    expect(valuesOf(expression)).toEqual(values);
  });

  it('the value of other lines of the list, whatever their order', () => {
    const queries = [line('e2 * 2', 'e1'), line('m1 + 1', 'e2', false), metric('m1')];
    expect(evaluateQueries(queries, READ)).toEqual([4, 6, undefined, 10]);
    expect(metricsBehind(queries, queries[0]!)).toEqual(new Set(['m1']));
  });

  it('a value for each line that returns data', () => {
    const values = evaluateAllQueries([metric('m1', true), metric('m2'), line('m2 / 10')], READ);
    expect([...values]).toEqual([
      ['m1', [1, 2, undefined, 4]],
      ['e', [1, undefined, undefined, 4]],
    ]);
  });
});

describe('an expression is refused, with its position,', () => {
  it.each([
    ['m1 +', 'Unexpected end of the expression at position 5'],
    ['m1 m2', "Unexpected 'm2' at position 4"],
    ['(m1', "Unexpected end of the expression instead of ')' at position 4"],
    ['m1 ? 2', "Unexpected '?' at position 4"],
    ['', 'Unexpected end of the expression at position 1'],
    ['m3 * 2', "No element of the list has the id 'm3' at position 1"],
    ['2 * e', "'e' depends on itself at position 5"],
    ['MAX(m1, m2)', 'MAX takes one argument; write several as a list, as in MAX([m1, m2]) at position 1'],
    ['1 + IF(m1)', 'IF takes 2 to 3 arguments, not 1, at position 5'],
    ['FILL(m1, m2)', 'FILL needs a number, REPEAT or LINEAR as its second argument at position 1'],
    ['SUM(METRICS() * METRICS())', "'*' cannot combine two lists of time series at position 15"],
    ['SUM([])', 'An empty list at position 5'],
    ['"text"', 'Unexpected text at position 1'],
    [`${'('.repeat(60)}m1${')'.repeat(60)}`, 'Nested too deeply at position 52'],
  ])('%s', (expression, reason) => {
    expect(() => checkQueries([metric('m1'), metric('m2'), line(expression)])).toThrow(
      `Error in expression 'e': ${reason}.`,
    );
  });

  it('if it calls a function that Ebb does not know', () => {
    expect(() => checkQueries([metric('m1'), line('RATE(m1)')])).toThrow(
      "Error in expression 'e': The function RATE is not supported by Ebb yet (supported: ABS, AVG, CEIL",
    );
  });
});

describe('a list is refused', () => {
  it.each<[string, MetricQuery[], string]>([
    ['if no line returns data', [metric('m1')], 'Exactly one element of the Metrics list must return data.'],
    [
      'if two lines return data',
      [metric('m1', true), line('m1')],
      'Exactly one element of the Metrics list must return data.',
    ],
    ['if two lines have one id', [metric('m1', true), metric('m1')], "The id 'm1' stands for more than one element."],
    ['if an id begins with a capital', [metric('M1', true)], "The id 'M1' is not valid"],
    [
      'if expressions depend on each other in a circle',
      [metric('m1'), line('e2', 'e1'), line('e1', 'e2', false)],
      "Error in expression 'e2': 'e1' depends on itself at position 1.",
    ],
    [
      'if an expression that no line uses is wrong',
      [metric('m1', true), line('nothing', 'e', false)],
      "Error in expression 'e': No element of the list has the id 'nothing' at position 1.",
    ],
    [
      'if the line that returns data is several time series',
      [metric('m1'), line('METRICS() * 2')],
      "The expression 'e' returns several time series",
    ],
    [
      'if an expression is a Metrics Insights query',
      [line('SELECT AVG(ModelLatency) FROM "AWS/SageMaker"')],
      "The expression 'e' is a Metrics Insights query, which Ebb does not support yet.",
    ],
    [
      'if metrics are read in different periods',
      [metric('m1'), metric('m2', false, 300), line('m1 + m2')],
      'All elements of the Metrics list must have the same period.',
    ],
  ])('%s', (_, queries, reason) => {
    expect(() => checkQueries(queries)).toThrow(reason);
  });

  it('only for errors in its lines if any number of lines may return data', () => {
    expect(() => checkEveryQuery([metric('m1', true), metric('m2', true, 300), line('m1 + m2')])).not.toThrow();
    expect(() => checkEveryQuery([line('e')])).toThrow("'e' depends on itself");
  });
});
