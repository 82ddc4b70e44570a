import {
  type LogLine,
  type LogPage,
  Logs,
  type LogSource,
  type LogStream,
  type LogWriter,
} from '../../libs/core/ports/logs.js';

/** Instances' output in memory: all of it, as it was written. */
export class KeptOutput extends Logs {
  readonly #lines: LogLine[] = [];

  override open(source: LogSource): LogWriter {
    const write = (stream: LogStream, text: string, at: number): void => {
      this.#lines.push({ ...source, stream, text, at });
    };
    return { write, close: async () => {} };
  }

  override async tail(instanceId: string, lines: number): Promise<LogLine[]> {
    if (lines <= 0) return [];
    return this.#lines.filter((line) => line.instanceId === instanceId).slice(-lines);
  }

  override async read(): Promise<LogPage> {
    return { lines: this.#lines, next: '' };
  }

  override async grown(): Promise<void> {}
}
