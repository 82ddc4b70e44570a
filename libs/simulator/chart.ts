import { plot } from './chart-plot.js';
import { escapeText, timeScale } from './chart-scale.js';
import type { TimelinePoint } from './timeline.js';

/** The title and subtitle of a chart. */
export interface ChartTitle {
  readonly title: string;
  readonly subtitle: string;
}

const WIDTH = 1_000;
const HEIGHT = 590;
const LEFT = 70;
const RIGHT = 20;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = 190;
const PLOT_TOPS = [90, 335] as const;

/** Draws backlog and instances over time as an SVG: two plots over one axis of time, each of two stacked areas. */
export function chartOf(points: readonly TimelinePoint[], { subtitle, title }: ChartTitle): string {
  const endMs = Math.max(1, points.at(-1)?.at ?? 0);
  const columns = columnsOf(points, endMs);
  const time = timeScale(endMs);
  const frame = { left: LEFT, width: PLOT_WIDTH, height: PLOT_HEIGHT, time };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="28" font-size="18" font-weight="bold">${escapeText(title)}</text>`,
    `<text x="${LEFT}" y="48" fill="#666">${escapeText(subtitle)}</text>`,
    plot({ ...frame, top: PLOT_TOPS[0], label: 'backlog (invocations)' }, [
      { name: 'running', colour: '#1b6ca8', values: columns.map(({ running }) => running) },
      { name: 'queued', colour: '#f2a541', values: columns.map(({ queued }) => queued) },
    ]),
    plot({ ...frame, top: PLOT_TOPS[1], label: 'instances' }, [
      { name: 'in service', colour: '#3a8f5c', values: columns.map(({ inService }) => inService) },
      { name: 'starting', colour: '#b9dcc6', values: columns.map(({ starting }) => starting) },
    ]),
    `<text x="${LEFT + PLOT_WIDTH / 2}" y="${HEIGHT - 14}" text-anchor="middle">time (${time.unit})</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** Chooses one point for each pixel, with the largest backlog and the most instances, so that no peak is lost. */
function columnsOf(points: readonly TimelinePoint[], endMs: number): TimelinePoint[] {
  const columns: TimelinePoint[] = [];
  let held: TimelinePoint = { at: 0, queued: 0, running: 0, starting: 0, inService: 0 };
  let next = 0;
  for (let column = 0; column <= PLOT_WIDTH; column += 1) {
    const until = (endMs * column) / PLOT_WIDTH;
    let peak = held;
    for (; next < points.length && points[next]!.at <= until; next += 1) {
      held = points[next]!;
      peak = higher(peak, held);
    }
    columns.push(peak);
  }
  return columns;
}

function higher(a: TimelinePoint, b: TimelinePoint): TimelinePoint {
  const { queued, running } = a.queued + a.running >= b.queued + b.running ? a : b;
  const { inService, starting } = a.inService + a.starting >= b.inService + b.starting ? a : b;
  return { at: b.at, queued, running, inService, starting };
}
