import type { WriteStream } from 'node:tty';

/** Where the demo speaks: lines that stay, and below them one line that changes, where there is a terminal for it. */
export class Screen {
  private live = '';

  constructor(private readonly out: WriteStream) {}

  /** Writes lines that stay. */
  say(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
    this.out.write(this.out.isTTY ? this.live : '');
  }

  /** Replaces the changing line. Without a terminal it is written only when it says something new. */
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
