import { stripVTControlCharacters } from 'node:util';
import { counted } from '../../../libs/core/in-words.js';
import type { EndpointSummary } from '../client/documents.js';
import { endpointTable } from './endpoint.js';
import type { Paint } from '../terminal/paint.js';
import { wrapped } from './wrapped.js';

/** Lines that are no endpoint's: heading, sums, head of the table, explanation, keys and what is between them. */
const OTHER_LINES = 8;
const EXPLANATION_LINES = 3;

/** What `ebb top` shows. */
export interface TopView {
  readonly url: string;
  readonly endpoints: readonly EndpointSummary[];
  /** The endpoint that is explained; the first unless told. */
  readonly chosen?: string;
  /** Why what is shown is not the latest. */
  readonly trouble?: string;
  /** Whether it is a screen that changes, not a listing. */
  readonly isLive: boolean;
  readonly now: number;
  readonly paint: Paint;
  /** Of the screen; a listing is of any size. */
  readonly columns?: number;
  readonly rows?: number;
}

/** In the order of how much there is to look at: what failed, then what has most work, then by name. */
export function endpointsAtTop(endpoints: readonly EndpointSummary[]): EndpointSummary[] {
  return endpoints.toSorted((a, b) => weightOf(b) - weightOf(a) || a.name.localeCompare(b.name));
}

function weightOf({ backlog, instances, status }: EndpointSummary): number {
  return (status === 'Failed' ? 1e12 : 0) + (backlog.queued + backlog.running) * 1e3 + instances.desired;
}

/** The lines of a screen or a listing: never more, nor wider, than the screen has. */
export function topFrame(view: TopView): string[] {
  const { chosen, columns, endpoints, isLive, now, paint, rows = 24, trouble } = view;
  const room = isLive ? Math.max(1, rows - OTHER_LINES) : endpoints.length;
  const at = Math.max(
    0,
    endpoints.findIndex(({ name }) => name === chosen),
  );
  const first = Math.min(Math.max(0, at - room + 1), Math.max(0, endpoints.length - room));
  const [head = '', ...lines] = endpointTable(endpoints.slice(first, first + room), {
    now,
    paint,
    columns: columns && columns - 2,
  });
  const rowsShown = lines.map((line, row) =>
    isLive && first + row === at ? `${paint.with('cyan', '>')} ${line}` : `  ${line}`,
  );
  const top = [paint.bold(`Ebb at ${view.url}`), sums(endpoints), ''];
  const table =
    endpoints.length === 0
      ? ['  There are no endpoints yet: `ebb deploy` makes one.']
      : [paint.dim(`  ${head}`), ...rowsShown];
  if (!isLive) return [...top, ...table];
  const below = trouble === undefined ? explanation(endpoints[at], columns ?? 80) : [paint.with('yellow', trouble)];
  const keys = paint.dim(`q ends, up and down choose; ${new Date(now).toISOString().slice(11, 19)} UTC`);
  return [...top, ...table, '', ...below, keys].slice(0, rows).map((line) => cut(line, columns ?? 80));
}

function sums(endpoints: readonly EndpointSummary[]): string {
  const sum = (of: (endpoint: EndpointSummary) => number): number => endpoints.reduce((all, each) => all + of(each), 0);
  const queued = sum(({ backlog }) => backlog.queued);
  const running = sum(({ backlog }) => backlog.running);
  const instances = sum(({ instances: counts }) => counts.inService);
  const starting = sum(({ instances: counts }) => counts.starting);
  return (
    `${counted(endpoints.length, 'endpoint')}; ${queued} queued, ${running} running; ` +
    `${counted(instances, 'instance')} in service, ${starting} starting`
  );
}

/** Why the chosen endpoint stands as it does, in a few lines. */
function explanation(endpoint: EndpointSummary | undefined, columns: number): string[] {
  return endpoint ? wrapped(`${endpoint.name}: ${endpoint.why}`, columns).slice(0, EXPLANATION_LINES) : [];
}

/** Only text without colours is ever too long: tables see to their width themselves. */
function cut(line: string, columns: number): string {
  return stripVTControlCharacters(line).length <= columns
    ? line
    : `${stripVTControlCharacters(line).slice(0, columns - 1)}…`;
}
