import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointSummary } from '../client/documents.js';
import { Failure } from '../outcome/failure.js';
import { type TopView, endpointsAtTop, topFrame } from '../format/top-frame.js';
import { seconds } from '../options/option-values.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';
import { printable } from '../terminal/terminal.js';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

interface TopOptions {
  readonly once?: boolean;
  readonly interval: number;
}

/** `ebb top`. */
export function topCommand(acts: Acts) {
  return taught({
    name: 'top',
    summary: 'watch endpoints, their backlog and their instances',
    description:
      'Shows all endpoints on the whole screen and keeps up with them: the busiest first. Up and down choose the one ' +
      'that is explained below; q ends it. Where the output is no terminal, it prints them once.',
    examples: [
      ['ebb top', 'until q'],
      ['ebb top --interval 5s', 'more quietly'],
      ['ebb top --once', 'one look'],
    ],
  })
    .option('--once', 'print them once')
    .option('--interval <span>', 'how often to look', seconds, 1)
    .action(acts(top));
}

async function top(session: Session, { interval, once }: TopOptions): Promise<void> {
  const { client, terminal } = session;
  if (once || terminal.isJson || !terminal.out.isTTY || !process.stdin.isTTY) {
    const endpoints = endpointsAtTop(await client.endpoints());
    if (terminal.isJson) terminal.document({ items: endpoints });
    else terminal.lines(topFrame(viewOf(session, { endpoints, isLive: false })));
    return;
  }
  await new Screen(session).watch(Math.max(0.2, interval) * 1000);
}

/** The whole terminal, given back as it was when it is done. */
class Screen {
  #endpoints: readonly EndpointSummary[] = [];
  #chosen: string | undefined;
  #trouble: string | undefined;
  readonly #quit = new AbortController();
  readonly #leave = (): void => void process.stdout.write(LEAVE);
  readonly #draw = (): void => this.#show();
  readonly #key = (key: string): void => this.#press(key);

  constructor(private readonly session: Session) {}

  async watch(intervalMs: number): Promise<void> {
    const signal = AbortSignal.any([this.#quit.signal, this.session.signal]);
    // The first look comes before the screen: whoever cannot be let in reads why.
    this.#endpoints = endpointsAtTop(await this.session.client.endpoints(signal));
    this.#enter();
    try {
      while (!signal.aborted) {
        this.#show();
        await sleep(intervalMs, undefined, { signal });
        await this.#look(signal);
      }
    } catch (error) {
      if (!this.#quit.signal.aborted) throw error;
    } finally {
      this.#restore();
    }
  }

  #enter(): void {
    process.once('exit', this.#leave);
    process.stdout.write(ENTER);
    process.stdout.on('resize', this.#draw);
    process.stdin.setRawMode(true).setEncoding('utf8').on('data', this.#key).resume();
  }

  #restore(): void {
    process.stdin.off('data', this.#key).setRawMode(false).pause();
    process.stdout.off('resize', this.#draw);
    process.off('exit', this.#leave);
    this.#leave();
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      this.#endpoints = endpointsAtTop(await this.session.client.endpoints(signal));
      this.#trouble = undefined;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Ebb may be starting again: the last that was seen stays, and it says so.
      this.#trouble = error.message;
    }
  }

  #show(): void {
    const { columns, rows } = process.stdout;
    const lines = topFrame(
      viewOf(this.session, {
        endpoints: this.#endpoints,
        chosen: this.#chosen,
        trouble: this.#trouble,
        isLive: true,
        rows,
        columns,
      }),
    );
    process.stdout.write(`${HOME}${lines.map((line) => `${printable(line)}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`);
  }

  #press(key: string): void {
    if (key === 'q' || key === 'Q') this.#quit.abort();
    // In raw mode the terminal hands Ctrl-C over as a key.
    else if (key === '\u0003') process.kill(process.pid, 'SIGINT');
    else if (key === '\u001b[A' || key === 'k') this.#choose(-1);
    else if (key === '\u001b[B' || key === 'j') this.#choose(1);
  }

  #choose(step: number): void {
    const at = this.#endpoints.findIndex(({ name }) => name === this.#chosen);
    const next = Math.min(this.#endpoints.length - 1, Math.max(0, (at === -1 ? 0 : at) + step));
    this.#chosen = this.#endpoints[next]?.name;
    this.#show();
  }
}

function viewOf({ terminal, url }: Session, view: Omit<TopView, 'url' | 'now' | 'paint'>): TopView {
  return { url, now: Date.now(), paint: terminal.paint, ...view };
}
