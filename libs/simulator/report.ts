import type { Comparison } from './comparison.js';
import type { Outcome } from './outcome.js';
import type { Verdict } from './verdict.js';

const COLUMNS = ['p50 wait', 'p95 wait', 'p99 wait', 'mean wait', 'instance-s', 'idle', 'starts', 'largest'];

/** Formats outcomes as a table, one line each. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  return tableOf([['', ...COLUMNS], ...outcomes.map((outcome) => [nameOf(outcome), ...cellsOf(outcome)])]);
}

/**
 * Formats a comparison as a table, with the ratio of each p95 wait and instance-seconds to those of the best
 * comparator.
 */
export function comparisonTable({ comparators, ebb, verdict }: Comparison): string {
  const { best } = verdict;
  const rows = [ebb, ...comparators].map((outcome) => [
    `${outcome === best ? '* ' : '  '}${nameOf(outcome)}`,
    ...cellsOf(outcome),
    times(outcome.waitSeconds.p95, best.waitSeconds.p95),
    times(outcome.instanceSeconds, best.instanceSeconds),
  ]);
  return tableOf([['', ...COLUMNS, 'p95 / best', 'i-s / best'], ...rows]);
}

/**
 * Formats the verdict in one line: how Ebb compares with the best comparator, by how much, and which comparators
 * dominate it.
 */
export function verdictLine({ best, dominatedBy, instanceSecondsRatio, p95Ratio, result }: Verdict): string {
  const sign = result === 'worse' ? 'WORSE' : 'ok';
  const sentence =
    `${sign}: ebb is ${result === 'worse' ? 'worse' : `${result},`} against ${best.contender}: ` +
    `p95 wait ${percent(p95Ratio)}, instance-seconds ${percent(instanceSecondsRatio)}`;
  return dominatedBy.length === 0 ? sentence : `${sentence}; dominated by ${dominatedBy.join(', ')}`;
}

/** The meaning of the numbers, and the rules of the verdict. */
export const LEGEND = [
  'Waits are from acceptance to the beginning of the work, in seconds. Instance-seconds are counted from the launch of',
  'each instance until it is gone; idle is the share of them in service with nothing to do. * is the best comparator: the',
  'lowest p95 wait, and of those within 1 % of it the fewest instance-seconds. The verdict is ok where ebb is no worse than',
  'it in both, or better in one and no more than 5 % worse in the other. A comparator dominates ebb where its p95 wait is',
  'no longer and its instance-seconds are no more, one of them strictly.',
].join('\n');

function nameOf({ contender, isFinished }: Outcome): string {
  return isFinished ? contender : `${contender} (unfinished)`;
}

function cellsOf({ idleShare, instanceSeconds, largestFleet, starts, waitSeconds }: Outcome): string[] {
  const { mean, p50, p95, p99 } = waitSeconds;
  return [
    ...[p50, p95, p99, mean].map(seconds),
    instanceSeconds.toFixed(0),
    `${(idleShare * 100).toFixed(0)} %`,
    String(starts),
    String(largestFleet),
  ];
}

function seconds(value: number): string {
  return value === Infinity ? 'never' : value.toFixed(2);
}

function times(value: number, best: number): string {
  const ratio = value === best ? 1 : value / best;
  return Number.isFinite(ratio) ? `x ${ratio.toFixed(2)}` : '-';
}

function percent(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'beyond measure';
  const change = (ratio - 1) * 100;
  return `${change > 0 ? '+' : ''}${change.toFixed(1)} %`;
}

/** Aligns the first column to the left and the others to the right. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
