import { type TimeScale, escapeText, valueTicks } from './chart-scale.js';

/** The position of a plot, its label and its axis of time. */
interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly time: TimeScale;
}

/** One area of a plot: a value for each pixel of its width. */
interface Area {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
}

const LEGEND_STEP = 88;

/** Draws areas stacked on each other over a grid, the first at the bottom. */
export function plot(frame: Frame, areas: readonly Area[]): string {
  const { height, label, left, top, width } = frame;
  const sums = stacked(areas);
  const ticks = valueTicks(Math.max(...sums.at(-1)!));
  const y = (value: number): number => round(top + height - (value / ticks.at(-1)!) * height);
  const paths = areas.map(({ colour }, index) => {
    const [lower, upper] = [sums[index]!, sums[index + 1]!].map((sum) =>
      sum.map((value, x) => ({ x: left + x, y: y(value) })),
    );
    return `<path fill="${colour}" d="${outline(lower!, upper!)}"/>`;
  });
  return [
    `<text x="${left}" y="${top - 10}" font-weight="bold">${escapeText(label)}</text>`,
    legend(areas, left + width, top - 10),
    ...ticks.map((value) => valueLine(frame, value, y(value))),
    ...frame.time.ticks.map(({ at, text }) => timeLine(frame, round(left + (at / frame.time.endMs) * width), text)),
    ...paths,
    `<path d="M${left} ${top}V${top + height}H${left + width}" fill="none" stroke="#333"/>`,
  ].join('\n');
}

/** Returns zero, then the sum of the first area, of the first two areas, and so on. */
function stacked(areas: readonly Area[]): number[][] {
  const sums = [areas[0]!.values.map(() => 0)];
  for (const { values } of areas) sums.push(sums.at(-1)!.map((sum, x) => sum + values[x]!));
  return sums;
}

interface Position {
  readonly x: number;
  readonly y: number;
}

/** Draws the outline of an area: along its upper edge, and back along its lower one. */
function outline(lower: readonly Position[], upper: readonly Position[]): string {
  const back = [...lower].reverse();
  return `M${steps(upper)}L${steps(back)}Z`;
}

/** Joins pixels of equal height into one line. */
function steps(positions: readonly Position[]): string {
  return positions
    .filter(({ y }, index) => y !== positions[index - 1]?.y || y !== positions[index + 1]?.y)
    .map(({ x, y }) => `${x} ${y}`)
    .join('L');
}

function valueLine({ left, width }: Frame, value: number, y: number): string {
  const line = `<path d="M${left} ${y}h${width}" stroke="#e3e3e3"/>`;
  return `${line}<text x="${left - 8}" y="${y + 4}" text-anchor="end">${value.toLocaleString('en-US')}</text>`;
}

function timeLine({ height, top }: Frame, x: number, text: string): string {
  const bottom = top + height;
  const line = `<path d="M${x} ${top}V${bottom + 5}" stroke="#e3e3e3"/>`;
  return `${line}<text x="${x}" y="${bottom + 18}" text-anchor="middle">${text}</text>`;
}

function legend(areas: readonly Area[], right: number, y: number): string {
  return areas
    .map(({ colour, name }, index) => {
      const x = right - (areas.length - index) * LEGEND_STEP;
      return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colour}"/><text x="${x + 18}" y="${y}">${escapeText(name)}</text>`;
    })
    .join('');
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
