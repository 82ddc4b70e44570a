import type { Writable } from 'node:stream';
import { Paint } from './paint.js';

/** A stream that may be a terminal. */
export type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** How the user wants to be spoken to. */
export interface Manner {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  /** False when colours are not wanted, whatever the stream can show. */
  readonly mayColor: boolean;
}

/**
 * Where a command speaks: results to standard output, and everything about how it goes to standard error, so that the
 * first can be piped on.
 */
export class Terminal {
  /** For standard output. */
  readonly paint: Paint;
  /** For standard error. */
  readonly notePaint: Paint;

  constructor(
    readonly out: Stream,
    readonly err: Stream,
    readonly manner: Manner,
  ) {
    this.paint = new Paint(manner.mayColor && out.isTTY === true);
    this.notePaint = new Paint(manner.mayColor && err.isTTY === true);
  }

  get isJson(): boolean {
    return this.manner.isJson;
  }

  /** Whether something that changes may be shown: a person looks at it, and has not asked for less. */
  get isLive(): boolean {
    return this.err.isTTY === true && !this.manner.isJson && !this.manner.isQuiet;
  }

  /** Lines longer than this would wrap; absent where nobody looks and nothing need be cut. */
  get columns(): number | undefined {
    return this.out.isTTY ? (this.out.columns ?? 80) : undefined;
  }

  /** A line of the result. */
  line(text = ''): void {
    this.out.write(`${printable(text)}\n`);
  }

  /** Lines of the result. */
  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** A document of the result, on a line of its own. */
  document(value: unknown): void {
    this.out.write(`${JSON.stringify(value)}\n`);
  }

  /** A line about how it goes, unless the user wants none. */
  note(text: string): void {
    if (!this.manner.isQuiet && !this.manner.isJson) this.err.write(`${printable(text)}\n`);
  }

  /** A line that is needed even by who wants to hear little; programs that read documents are told in those. */
  warn(text: string): void {
    if (!this.manner.isJson) this.err.write(`${printable(text)}\n`);
  }
}

/** Text that somebody else may have written, without what would move the cursor or worse: colours are all that is left. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is to go
  return text.replace(/\u001b\[\d{0,2}m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (found) =>
    found.length > 1 ? found : '\ufffd',
  );
}
