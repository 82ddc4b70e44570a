import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

/** Nothing is drawn but the columns themselves: what is printed can be read by people and by `awk`. */
const BORDERLESS = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((edge) => [edge, `${edge}-mid`, `${edge}-left`, `${edge}-right`])
    .concat('left-mid', 'right-mid', 'mid-mid')
    .map((edge) => [edge, '']),
);
/** A column that gives way keeps so many characters, however narrow the terminal is. */
const NARROWEST = 12;

/** A table with a line for each row. Where it is wider than `columns`, the last column gives way. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], columns?: number): string[] {
  const last = head.length - 1;
  const free = draw(head, rows, []);
  const overflow = columns === undefined ? 0 : Math.max(...free.map(width)) - columns;
  if (overflow <= 0) return free;
  const natural = Math.max(...[head, ...rows].map((row) => width(row[last] ?? '')));
  const widths = head.map((_, at) => (at === last ? Math.max(NARROWEST, natural - overflow) : null));
  return draw(head, rows, widths);
}

function draw(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  colWidths: readonly (number | null)[],
): string[] {
  const drawn = new Table({
    head: [...head],
    chars: { ...BORDERLESS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: [...colWidths],
    truncate: '…',
  });
  drawn.push(...rows.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' '))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Names and values below each other. Values that are absent are left out. */
export function facts(pairs: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const known = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const widest = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(widest)}  ${value}`);
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}
