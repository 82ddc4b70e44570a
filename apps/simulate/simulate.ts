import { parseArgs } from 'node:util';
import { EbbError, messageOf } from '../../libs/core/errors.js';
import { chartOf } from '../../libs/simulator/chart.js';
import { type Comparison, compare } from '../../libs/simulator/comparison.js';
import { COMPARATORS } from '../../libs/simulator/contenders.js';
import { outcomeOf } from '../../libs/simulator/outcome.js';
import { LEGEND, comparisonTable, outcomeTable, verdictLine } from '../../libs/simulator/report.js';
import { Timeline } from '../../libs/simulator/timeline.js';
import type { Trace } from '../../libs/simulator/trace.js';
import { holds } from '../../libs/simulator/verdict.js';
import { workloadOf } from '../../libs/simulator/workload.js';
import { contenderFor } from './contender-for.js';
import { helpText } from './help.js';
import { shippedTraceNames, traceFrom } from './input-files.js';
import { writeInto, writeOutput } from './output-files.js';

/** The streams that lines are written to. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Options {
  readonly trace?: string;
  readonly policy?: string;
  readonly seed?: string;
  readonly under?: string;
  readonly svg?: string;
  readonly compare?: boolean;
  readonly into?: string;
  readonly json?: boolean;
  readonly help?: boolean;
}

/** Runs the command, and returns its exit code: 2 for invalid input. */
export function simulateCommand(args: readonly string[], { err, out }: Output): number {
  try {
    const options = readOptions(args);
    if (options.help) out(helpText());
    else if (options.into !== undefined) writeInto(options.into, comparisonReport(options));
    else if (options.compare) out(comparisonReport(options));
    else out(runReport(options));
    return 0;
  } catch (error) {
    if (!(error instanceof EbbError)) throw error;
    err(`simulate: ${error.message}`);
    err('Try `npm run simulate -- --help`.');
    return 2;
  }
}

function readOptions(args: readonly string[]): Options {
  const options = parsed(args);
  if (options.help) return options;
  if (options.compare && options.svg !== undefined) throw mistake('--svg draws a single run: leave --compare out');
  if (options.into !== undefined && (!options.compare || options.json)) {
    throw mistake('--into puts the tables of --compare into a page: use it with --compare and without --json');
  }
  if (options.under !== undefined && (options.compare || options.policy !== undefined)) {
    throw mistake('--under runs one comparator alone: use it without --compare and --policy');
  }
  if (!options.compare && options.trace === undefined)
    throw mistake('--trace is required, or --compare for all shipped traces');
  return options;
}

function parsed(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        trace: { type: 'string' },
        policy: { type: 'string' },
        seed: { type: 'string' },
        under: { type: 'string' },
        svg: { type: 'string' },
        compare: { type: 'boolean' },
        into: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new EbbError('InvalidRequest', messageOf(error), { cause: error });
  }
}

function runReport(options: Options): string {
  const trace = seeded(traceFrom(options.trace!), options);
  const timeline = options.svg === undefined ? undefined : new Timeline();
  const outcome = outcomeOf(trace, workloadOf(trace), contenderFor(options), timeline);
  if (timeline && options.svg !== undefined) {
    const title = `${trace.name} under ${outcome.contender}`;
    writeOutput(options.svg, chartOf(timeline.points, { title, subtitle: outcome.settings }));
  }
  if (options.json) return json(outcome);
  return [headline(trace, outcome.invocations), '', outcomeTable([outcome])].join('\n');
}

function comparisonReport(options: Options): string {
  const ebb = contenderFor(options);
  const names = options.trace === undefined ? shippedTraceNames() : [options.trace];
  const comparisons = names.map((name) => compare(seeded(traceFrom(name), options), ebb, COMPARATORS));
  if (options.json) return json(comparisons.map(withoutWork));
  const tables = comparisons.map((comparison) =>
    [
      headline(comparison.trace, comparison.ebb.invocations),
      '',
      comparisonTable(comparison),
      verdictLine(comparison.verdict),
    ].join('\n'),
  );
  const held = comparisons.filter(({ verdict }) => holds(verdict)).length;
  const contenders = [ebb, ...COMPARATORS].map(({ name, settings }) => `${name}: ${settings}`);
  return [
    ...tables,
    `The verdict is ok on ${held} of ${comparisons.length} traces.`,
    LEGEND,
    contenders.join('\n'),
  ].join('\n\n');
}

/** Returns the same trace with another seed. */
function seeded(trace: Trace, { seed }: Options): Trace {
  if (seed === undefined) return trace;
  if (!/^\d{1,9}$/.test(seed)) throw mistake(`--seed must be a whole number of at most nine digits; it is '${seed}'`);
  return { ...trace, seed: Number(seed) };
}

function withoutWork({ comparators, ebb, trace, verdict }: Comparison): object {
  const { best, ...rest } = verdict;
  return { trace: trace.name, verdict: { best: best.contender, holds: holds(verdict), ...rest }, ebb, comparators };
}

function headline({ bounds, description, name }: Trace, invocations: number): string {
  return `${name}: ${invocations} invocations, ${bounds.minimum} to ${bounds.maximum} instances. ${description}`;
}

function json(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each === Infinity ? null : each), 2);
}

function mistake(message: string): EbbError {
  return new EbbError('InvalidRequest', message);
}
