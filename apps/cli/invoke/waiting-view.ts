import { setTimeout as sleep } from 'node:timers/promises';
import { boundedParallel } from '../bounded-parallel.js';
import type { InvocationDocument } from '../documents.js';
import { remarkOn, tookOf } from '../format/invocation.js';
import type { Paint } from '../format/paint.js';
import { table } from '../format/table.js';
import { LiveRegion } from '../live-region.js';
import type { Session } from '../session.js';
import type { Submitted } from './submission.js';
import { isSettled } from './waiting.js';

const REFRESH_MS = 1_000;
const ASKED_AT_ONCE = 8;

/** What is waited for, as it stands: a table that changes where somebody looks, else nothing but lines that stay. */
export class WaitingView implements Disposable {
  readonly #region: LiveRegion | undefined;
  readonly #known = new Map<Submitted, InvocationDocument>();
  readonly #ended = new AbortController();

  constructor(
    private readonly session: Session,
    private readonly submitted: readonly Submitted[],
  ) {
    const { isLive, err } = session.terminal;
    if (!isLive) return;
    this.#region = new LiveRegion(err);
    void this.#refresh();
  }

  set(each: Submitted, invocation: InvocationDocument): void {
    this.#known.set(each, invocation);
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

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#region?.[Symbol.dispose]();
  }

  /** Looks after those that are shown. What ends is told by whoever waits for it. */
  async #refresh(): Promise<void> {
    const signal = AbortSignal.any([this.#ended.signal, this.session.signal]);
    try {
      while (!signal.aborted) {
        await boundedParallel(this.#shown(), ASKED_AT_ONCE, async (each) => {
          const invocation = await this.session.client.invocation(each.answer.id, { signal });
          if (!this.#isSettled(each)) this.set(each, invocation);
        });
        this.#draw();
        await sleep(REFRESH_MS, undefined, { signal });
      }
    } catch {
      // Whoever waits for the invocations meets the same error, and tells of it.
    }
  }

  #isSettled(each: Submitted): boolean {
    const known = this.#known.get(each);
    return known !== undefined && isSettled(known);
  }

  #shown(): Submitted[] {
    return this.submitted.filter((each) => !this.#isSettled(each)).slice(0, (this.#region?.limit ?? 0) - 2);
  }

  #draw(): void {
    if (this.#ended.signal.aborted) return;
    const shown = this.#shown().map((each): WaitingRow => [each.source.file, this.#known.get(each)]);
    const settled = this.submitted.filter((each) => this.#isSettled(each)).length;
    const { notePaint: paint } = this.session.terminal;
    const columns = this.#region?.columns ?? 80;
    this.#region?.draw(
      waitingLines(shown, { settled, all: this.submitted.length }, { now: Date.now(), paint, columns }),
    );
  }
}

type WaitingRow = readonly [file: string, invocation: InvocationDocument | undefined];

const FILE_WIDTH = 32;

/** What is waited for: a line for each that is shown, and one for all. */
export function waitingLines(
  shown: readonly WaitingRow[],
  { all, settled }: { readonly all: number; readonly settled: number },
  { columns, now, paint }: { readonly columns: number; readonly now: number; readonly paint: Paint },
): string[] {
  if (shown.length === 0) return [];
  const rows = shown.map(([file, invocation]) => [
    file.length > FILE_WIDTH ? `…${file.slice(1 - FILE_WIDTH)}` : file,
    invocation ? paint.state(invocation.state) : '-',
    invocation ? tookOf(invocation, now) : '-',
    invocation ? remarkOn(invocation) : '',
  ]);
  const more = all - settled - shown.length;
  const sum = `${settled} of ${all} done${more > 0 ? `; ${more} more wait` : ''}`;
  return [...table(['FILE', 'STATE', 'TOOK', 'REMARKS'], rows, columns), paint.dim(sum)];
}
