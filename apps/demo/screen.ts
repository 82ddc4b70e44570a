import type { WriteStream } from 'node:tty';

/** The output of the demo: lines that stay, and on a terminal one line below them that changes. */
export class Screen {
  private live = '';

  constructor(private readonly out: WriteStream) {}

  /** Writes lines that stay. */
  say(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
    this.out.write(this.out.isTTY ? this.live : '');
  }

  /** Replaces the changing line. Without a terminal, the line is written only if it differs from the last one. */
  show(line: string): void {
    if (line === this.live) return;
    this.clear();
    this.live = line;
    this.out.write(this.out.isTTY ? line : `${line}\n`);
  }

  /** Ends the changing line. */
  settle(): void {
    this.clear();
    this.live = '';
  }

  /** Writes rows in columns, each as wide as its widest cell. */
  table(heading: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = heading.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]!.length)));
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd();
    this.say([line(heading), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'));
  }

  private clear(): void {
    if (this.out.isTTY && this.live !== '') this.out.write('\r\u001b[K');
  }
}
