import { HiddenCursor } from './hidden-cursor.js';
import type { Stream } from './terminal.js';

/** The last lines of a terminal, drawn again and again. Lines have to fit its width; `limit` says how many fit its height. */
export class LiveRegion implements Disposable {
  #drawn = 0;
  #isDisposed = false;
  readonly #cursor: HiddenCursor;

  constructor(private readonly stream: Stream) {
    this.#cursor = new HiddenCursor(stream);
  }

  get columns(): number {
    return this.stream.columns ?? 80;
  }

  /** How many lines may be drawn. */
  get limit(): number {
    return Math.max(3, (this.stream.rows ?? 24) - 2);
  }

  draw(lines: readonly string[]): void {
    this.stream.write(`${this.#up()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  /** Writes a line that stays, above what is drawn next. */
  print(line: string): void {
    this.stream.write(`${this.#up()}${line}\n`);
    this.#drawn = 0;
  }

  /** Takes what is drawn away. */
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.stream.write(this.#up());
    this.#drawn = 0;
    this.#cursor[Symbol.dispose]();
  }

  /** Goes to where the region began, and clears from there on. */
  #up(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r\u001b[0J`;
  }
}
