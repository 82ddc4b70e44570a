import { span } from '../format/quantities.js';
import type { Paint } from '../terminal/paint.js';
import { table } from '../format/table.js';
import { wrapped } from '../format/wrapped.js';
import { LiveRegion } from '../terminal/live-region.js';
import type { Session } from '../session/session.js';
import type { Submitted } from './submission.js';
import type { News } from './waiting.js';

/** Times go on also where nothing happens. */
const REDRAW_MS = 500;

/** What is waited for, as it stands: a table that changes where somebody looks, else nothing but lines that stay. */
export class WaitingView implements Disposable {
  readonly #region: LiveRegion | undefined;
  readonly #open: Map<Submitted, WaitingRow>;
  readonly #redrawing: NodeJS.Timeout | undefined;
  #footer = '';

  constructor(
    private readonly session: Session,
    private readonly submitted: readonly Submitted[],
  ) {
    this.#open = new Map(submitted.map((each) => [each, { file: each.source.file }]));
    const { err, isLive } = session.terminal;
    if (!isLive) return;
    this.#region = new LiveRegion(err);
    this.#redrawing = setInterval(() => this.#draw(), REDRAW_MS);
    this.#draw();
  }

  heard(each: Submitted, news: News): void {
    const row = this.#open.get(each);
    if (!row) return;
    if (news.kind === 'progress') this.#open.set(each, { ...row, remark: progressText(news) });
    else this.#open.set(each, { file: row.file, state: news.state, since: news.at });
    this.#draw();
  }

  settled(each: Submitted): void {
    this.#open.delete(each);
    this.#draw();
  }

  /** A line that stays, about how it goes. */
  note(text: string): void {
    if (!this.#region) this.session.terminal.note(text);
    else {
      this.#region.print(text);
      this.#draw();
    }
  }

  /** A text that stays in sight, whatever else is told. */
  keepInSight(text: string): void {
    this.#footer = text;
    if (this.#region) this.#draw();
    else this.session.terminal.note(text);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#redrawing);
    this.#region?.[Symbol.dispose]();
  }

  #draw(): void {
    const region = this.#region;
    if (!region) return;
    const counts = { all: this.submitted.length, settled: this.submitted.length - this.#open.size };
    const { notePaint: paint } = this.session.terminal;
    const footer = wrapped(this.#footer, region.columns);
    const look = { now: Date.now(), paint, columns: region.columns, rows: region.limit - footer.length };
    region.draw([...waitingLines([...this.#open.values()], counts, look), ...footer]);
  }
}

/** What is known of one that is waited for. */
export interface WaitingRow {
  readonly file: string;
  readonly state?: string;
  /** When it came into its state. */
  readonly since?: string;
  readonly remark?: string;
}

interface WaitingLook {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly paint: Paint;
}

const FILE_WIDTH = 32;
/** The head of the table and the sum. */
const OTHER_LINES = 2;

/** What is waited for: a line for each that there is room for, and one for all. */
export function waitingLines(
  open: readonly WaitingRow[],
  { all, settled }: { readonly all: number; readonly settled: number },
  { columns, now, paint, rows }: WaitingLook,
): string[] {
  if (open.length === 0) return [];
  const shown = open.slice(0, Math.max(1, rows - OTHER_LINES));
  const cells = shown.map(({ file, remark = '', since, state }) => [
    file.length > FILE_WIDTH ? `…${file.slice(1 - FILE_WIDTH)}` : file,
    state === undefined ? '-' : paint.state(state),
    since === undefined ? '-' : span(now - Date.parse(since)),
    remark,
  ]);
  const more = open.length - shown.length;
  const sum = `${settled} of ${all} done${more > 0 ? `; ${more} more wait` : ''}`;
  return [...table(['FILE', 'STATE', 'FOR', 'PROGRESS'], cells, columns), paint.dim(sum)];
}

/** What a container says of how far it is. */
export function progressText({ message, progress }: { readonly progress?: number; readonly message?: string }): string {
  const percent = progress === undefined ? undefined : `${Math.round(progress * 100)} %`;
  return [percent, message].filter((part) => part !== undefined).join(' ');
}
