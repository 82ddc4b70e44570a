import type { Stream } from './terminal.js';

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';

/** Hides the cursor of a terminal until it is disposed of, or the process ends, however that comes. */
export class HiddenCursor implements Disposable {
  readonly #show = (): void => void this.stream.write(SHOW);

  constructor(private readonly stream: Stream) {
    stream.write(HIDE);
    process.once('exit', this.#show);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#show);
    this.#show();
  }
}
