import { type Expression, MetricMathError } from './metric-math-syntax.js';
import { type Filler, type MathValue, fill, fold, mapNumbers, numberAt, scalar, series } from './metric-math-values.js';

type Call = Extract<Expression, { kind: 'call' }>;

/** A function's access to the list that its expression stands in. */
export interface CallContext {
  evaluate(expression: Expression): MathValue;
  /** Returns every metric of the list whose id contains `idPart`. */
  metrics(idPart: string): MathValue;
}

type MathFunction = (call: Call, context: CallContext) => MathValue;

/** Calls a function. Raises `MetricMathError` for an unknown function, and for arguments that do not fit it. */
export function callFunction(call: Call, context: CallContext): MathValue {
  const found = FUNCTIONS.get(call.name);
  if (!found) {
    const known = [...FUNCTIONS.keys()].join(', ');
    const reason = `The function ${call.name} is not supported by Ebb yet (supported: ${known})`;
    throw new MetricMathError(reason, call.position);
  }
  return found(call, context);
}

const FUNCTIONS: ReadonlyMap<string, MathFunction> = new Map<string, MathFunction>([
  ['ABS', numberFunction(Math.abs)],
  ['AVG', foldFunction((numbers) => sum(numbers) / numbers.length)],
  ['CEIL', numberFunction(Math.ceil)],
  ['FILL', fillFunction],
  ['FLOOR', numberFunction(Math.floor)],
  ['IF', ifFunction],
  ['MAX', foldFunction((numbers) => numbers.reduce((a, b) => Math.max(a, b)))],
  ['METRICS', metricsFunction],
  ['MIN', foldFunction((numbers) => numbers.reduce((a, b) => Math.min(a, b)))],
  ['SUM', foldFunction(sum)],
]);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function numberFunction(compute: (number: number) => number): MathFunction {
  return (call, context) => {
    checkCount(call, 1);
    return mapNumbers(context.evaluate(call.arguments[0]!), compute);
  };
}

function foldFunction(compute: (numbers: readonly number[]) => number): MathFunction {
  return (call, context) => {
    if (call.arguments.length > 1) {
      const reason = `${call.name} takes one argument; write several as a list, as in ${call.name}([m1, m2])`;
      throw new MetricMathError(reason, call.position);
    }
    checkCount(call, 1);
    return fold(context.evaluate(call.arguments[0]!), compute);
  };
}

function fillFunction(call: Call, context: CallContext): MathValue {
  checkCount(call, 2);
  const value = context.evaluate(call.arguments[0]!);
  const filler = fillerOf(call, context);
  if (value.kind === 'scalar') throw new MetricMathError('FILL needs a time series to fill', call.position);
  if (value.kind === 'series') return series(fill(value.values, filler));
  return { kind: 'list', members: value.members.map((member) => fill(member, filler)) };
}

function fillerOf(call: Call, context: CallContext): Filler {
  const filler = call.arguments[1]!;
  if (filler.kind === 'reference' && (filler.id === 'REPEAT' || filler.id === 'LINEAR')) return filler.id;
  const value = context.evaluate(filler);
  if (value.kind === 'scalar') return value.value;
  throw new MetricMathError('FILL needs a number, REPEAT or LINEAR as its second argument', call.position);
}

type PlainValue = Exclude<MathValue, { kind: 'list' }>;
const NOTHING: PlainValue = { kind: 'scalar', value: undefined };

/** Returns no value where the condition has none, and where it is false and the third argument is absent. */
function ifFunction(call: Call, context: CallContext): MathValue {
  checkCount(call, 2, 3);
  const [condition, whenTrue, whenFalse = NOTHING] = call.arguments.map((argument): PlainValue => {
    const value = context.evaluate(argument);
    if (value.kind === 'list') throw new MetricMathError('IF cannot take a list of time series', call.position);
    return value;
  });
  const choose = (at: number): number | undefined => {
    const holds = numberAt(condition!, at);
    return holds === undefined ? undefined : numberAt(holds === 0 ? whenFalse : whenTrue!, at);
  };
  const lengths = [condition!, whenTrue!, whenFalse].flatMap((value) =>
    value.kind === 'series' ? value.values.length : [],
  );
  if (lengths.length === 0) return scalar(choose(0));
  return series(Array.from({ length: Math.max(...lengths) }, (_, at) => choose(at)));
}

function metricsFunction(call: Call, context: CallContext): MathValue {
  checkCount(call, 0, 1);
  const [part] = call.arguments;
  if (part && part.kind !== 'text') {
    throw new MetricMathError('METRICS takes no argument, or a part of an id in quotes', call.position);
  }
  const found = context.metrics(part?.value ?? '');
  if (found.kind === 'list' && found.members.length > 0) return found;
  throw new MetricMathError('METRICS finds no metric in the list', call.position);
}

function checkCount(call: Call, least: number, most = least): void {
  const count = call.arguments.length;
  if (count >= least && count <= most) return;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  throw new MetricMathError(`${call.name} takes ${wanted} arguments, not ${count},`, call.position);
}
