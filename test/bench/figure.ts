/** One line of the result: what was measured, beside its floor and its goal. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The floor or rival, in the same unit, measured in the same run. */
  readonly floor: number | null;
  readonly ratio: number | null;
  readonly goal: string;
  /** Null for what is only told. */
  readonly met: boolean | null;
}

/** A rate that has to reach a share of its floor. */
export function againstFloor(name: string, unit: string, value: number, floor: number, share: number): Figure {
  const ratio = value / floor;
  return { name, value, unit, floor, ratio, goal: `at least ${share} of the floor`, met: ratio >= share };
}

/** A cost that may be at most so many times its floor. */
export function atMostTimes(name: string, unit: string, value: number, floor: number, times: number): Figure {
  const ratio = value / floor;
  return { name, value, unit, floor, ratio, goal: `at most ${times} of the floor`, met: ratio <= times };
}

/** A cost that has to stay under a limit. */
export function under(name: string, unit: string, value: number, limit: number): Figure {
  return { name, value, unit, floor: null, ratio: null, goal: `under ${limit} ${unit}`, met: value < limit };
}

/** A count that has to be exactly this. */
export function exactly(name: string, unit: string, value: number, count: number): Figure {
  return { name, value, unit, floor: null, ratio: null, goal: `${count} ${unit}`, met: value === count };
}

/** A figure that explains others and has no goal. */
export function told(name: string, unit: string, value: number, floor?: number): Figure {
  return { name, value, unit, floor: floor ?? null, ratio: floor ? value / floor : null, goal: '', met: null };
}

const COLUMNS = ['figure', 'value', 'floor', 'ratio', 'goal', 'met'];

export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, floor, ratio, goal, met }) => [
    name,
    `${formatNumber(value)} ${unit}`,
    floor === null ? '' : formatNumber(floor),
    ratio === null ? '' : ratio.toFixed(2),
    goal,
    met === null ? '' : met ? 'yes' : 'NO',
  ]);
  const widths = COLUMNS.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [line(COLUMNS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });
}
