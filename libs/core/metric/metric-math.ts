import type { MetricQuery } from './metric-query.js';
import { EbbError } from '../errors.js';
import { callFunction } from './metric-math-functions.js';
import { type Expression, MetricMathError, parseExpression } from './metric-math-syntax.js';
import {
  type MathValue,
  OPERATIONS,
  type Series,
  combine,
  mapNumbers,
  numberAt,
  scalar,
  series,
} from './metric-math-values.js';

/**
 * Returns the values of the one line that returns data, one value a period. `read` holds the values of each line that
 * is a metric, all for the same periods. Raises `InvalidRequest` for lists that `checkQueries` refuses.
 */
export function evaluateQueries(queries: readonly MetricQuery[], read: ReadonlyMap<string, Series>): Series {
  const returning = queries.filter(({ returnData }) => returnData);
  if (returning.length !== 1) {
    throw new EbbError('InvalidRequest', 'Exactly one element of the Metrics list must return data.');
  }
  return new Evaluation(queries, read).seriesOf(returning[0]!);
}

/**
 * Returns the values of every line that returns data, by id. Raises `InvalidRequest` for lines that cannot be
 * evaluated.
 */
export function evaluateAllQueries(
  queries: readonly MetricQuery[],
  read: ReadonlyMap<string, Series>,
): Map<string, Series> {
  const evaluation = new Evaluation(queries, read);
  const returning = queries.filter(({ returnData }) => returnData);
  return new Map(returning.map((query) => [query.id, evaluation.seriesOf(query)]));
}

/**
 * Raises `InvalidRequest` with the reason unless an alarm or a policy can watch the list: exactly one line returns
 * data, all metrics have one period, and every expression can be evaluated.
 */
export function checkQueries(queries: readonly MetricQuery[]): void {
  checkEveryQuery(queries);
  evaluateQueries(queries, nothingRead(queries));
  const periods = new Set(queries.flatMap(({ periodSeconds }) => periodSeconds ?? []));
  if (periods.size > 1) {
    throw new EbbError('InvalidRequest', 'All elements of the Metrics list must have the same period.');
  }
}

/** Raises `InvalidRequest` unless every line can be evaluated; any number of lines may return data. */
export function checkEveryQuery(queries: readonly MetricQuery[]): void {
  const ids = new Set<string>();
  for (const { id } of queries) {
    if (!/^[a-z]\w*$/.test(id)) {
      const rule = 'it must begin with a lower-case letter and hold only letters, digits and underscores';
      throw new EbbError('InvalidRequest', `The id '${id}' is not valid: ${rule}.`);
    }
    if (ids.has(id)) throw new EbbError('InvalidRequest', `The id '${id}' stands for more than one element.`);
    ids.add(id);
  }
  const evaluation = new Evaluation(queries, nothingRead(queries));
  for (const query of queries) {
    if (query.returnData) evaluation.seriesOf(query);
    else evaluation.valueOf(query);
  }
}

/** Returns the ids of the metrics that a line is computed from. Raises `InvalidRequest` if it cannot be evaluated. */
export function metricsBehind(queries: readonly MetricQuery[], query: MetricQuery): ReadonlySet<string> {
  return new Evaluation(queries, nothingRead(queries)).metricsBehind(query);
}

/** Returns one period without data for every metric: evaluating a list over it finds every error in the list. */
function nothingRead(queries: readonly MetricQuery[]): Map<string, Series> {
  return new Map(queries.filter(({ kind }) => kind === 'metric').map(({ id }) => [id, [undefined]]));
}

/** The evaluation of one list over the values read for it. Each line is computed once, when it is first needed. */
class Evaluation {
  private readonly byId: ReadonlyMap<string, MetricQuery>;
  private readonly values = new Map<string, MathValue>();
  private readonly underWay = new Set<string>();
  private readonly length: number;

  constructor(
    private readonly queries: readonly MetricQuery[],
    private readonly read: ReadonlyMap<string, Series>,
  ) {
    this.byId = new Map(queries.map((query) => [query.id, query]));
    this.length = Math.max(0, ...[...read.values()].map(({ length }) => length));
  }

  /** Returns a line's value as a time series; a single number is the same in every period. */
  seriesOf(query: MetricQuery): Series {
    const value = this.valueOf(query);
    if (value.kind === 'series') return value.values;
    if (value.kind === 'scalar') return Array.from({ length: this.length }, (_, at) => numberAt(value, at));
    const message = `The expression '${query.id}' returns several time series: Ebb supports only expressions that return one.`;
    throw new EbbError('InvalidRequest', message);
  }

  valueOf(query: MetricQuery): MathValue {
    const known = this.values.get(query.id);
    if (known) return known;
    const value = query.kind === 'metric' ? series(this.read.get(query.id) ?? []) : this.compute(query);
    this.values.set(query.id, value);
    return value;
  }

  metricsBehind(query: MetricQuery): ReadonlySet<string> {
    this.valueOf(query);
    return new Set([...this.values.keys()].filter((id) => this.byId.get(id)?.kind === 'metric'));
  }

  private compute({ id, expression }: Extract<MetricQuery, { kind: 'expression' }>): MathValue {
    if (/^\s*SELECT\s/i.test(expression)) {
      throw new EbbError(
        'InvalidRequest',
        `The expression '${id}' is a Metrics Insights query, which Ebb does not support yet.`,
      );
    }
    this.underWay.add(id);
    try {
      return this.evaluate(parseExpression(expression));
    } catch (cause) {
      if (!(cause instanceof MetricMathError)) throw cause;
      throw new EbbError('InvalidRequest', `Error in expression '${id}': ${cause.message}.`, { cause });
    } finally {
      this.underWay.delete(id);
    }
  }

  private evaluate(expression: Expression): MathValue {
    switch (expression.kind) {
      case 'number':
        return scalar(expression.value);
      case 'reference':
        return this.refer(expression.id, expression.position);
      case 'negation':
        return mapNumbers(this.evaluate(expression.operand), (number) => -number);
      case 'operation':
        return this.operate(expression);
      case 'list':
        if (expression.items.length === 0) throw new MetricMathError('An empty list', expression.position);
        return { kind: 'list', members: expression.items.flatMap((item) => this.membersOf(this.evaluate(item))) };
      case 'call':
        return callFunction(expression, {
          evaluate: (argument) => this.evaluate(argument),
          metrics: (idPart) => this.metrics(idPart),
        });
      case 'text':
        throw new MetricMathError('Unexpected text', expression.position);
    }
  }

  private operate({ operator, left, right, position }: Extract<Expression, { kind: 'operation' }>): MathValue {
    const value = combine(this.evaluate(left), this.evaluate(right), OPERATIONS[operator]);
    if (!value) throw new MetricMathError(`'${operator}' cannot combine two lists of time series`, position);
    return value;
  }

  private refer(id: string, position: number): MathValue {
    const query = this.byId.get(id);
    if (!query) throw new MetricMathError(`No element of the list has the id '${id}'`, position);
    if (this.underWay.has(id)) throw new MetricMathError(`'${id}' depends on itself`, position);
    return this.valueOf(query);
  }

  /** Returns the metrics of the list whose id contains `idPart`; expressions are left out. */
  private metrics(idPart: string): MathValue {
    const found = this.queries.filter(({ id, kind }) => kind === 'metric' && id.includes(idPart));
    return { kind: 'list', members: found.flatMap((query) => this.membersOf(this.valueOf(query))) };
  }

  private membersOf(value: MathValue): readonly Series[] {
    if (value.kind === 'list') return value.members;
    if (value.kind === 'series') return [value.values];
    return [Array.from({ length: this.length }, () => value.value)];
  }
}
