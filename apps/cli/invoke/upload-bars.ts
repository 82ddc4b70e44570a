import type { ReadStream } from 'node:fs';
import { basename } from 'node:path';
import { MultiBar, Presets } from 'cli-progress';
import { bytes } from '../format/quantities.js';
import { HiddenCursor } from '../terminal/hidden-cursor.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Source } from './sources.js';

/** Smaller files are on their way for so short a time that a bar would only flicker. */
const SMALLEST_BYTES = 1_048_576;
const REFRESH_MS = 100;
const NAME_WIDTH = 28;

/** A bar for each large file that is being sent, where somebody looks; nothing where nobody does. */
export class UploadBars implements Disposable {
  readonly #bars: MultiBar | undefined;
  readonly #cursor: HiddenCursor | undefined;

  constructor(terminal: Terminal) {
    if (!terminal.isLive) return;
    this.#cursor = new HiddenCursor(terminal.err);
    this.#bars = new MultiBar(
      {
        stream: terminal.err as NodeJS.WriteStream,
        format: '  {name} {bar} {percentage}% of {size}',
        barsize: 24,
        clearOnComplete: true,
        // Ctrl-C is answered elsewhere.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
  }

  begin({ file, sizeBytes = 0 }: Source, body: ReadStream | undefined): { end(): void } | undefined {
    if (!this.#bars || !body || sizeBytes < SMALLEST_BYTES) return undefined;
    const bars = this.#bars;
    const name = basename(file).slice(0, NAME_WIDTH).padEnd(NAME_WIDTH);
    const bar = bars.create(sizeBytes, 0, { name, size: bytes(sizeBytes) });
    const refresh = setInterval(() => bar.update(body.bytesRead), REFRESH_MS);
    return {
      end() {
        clearInterval(refresh);
        bars.remove(bar);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#bars?.stop();
    this.#cursor?.[Symbol.dispose]();
  }
}
