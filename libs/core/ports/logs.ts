/** Where a line of a log came from: the container's own output, or what Ebb has to say of an invocation that it ran. */
export type LogStream = 'stdout' | 'stderr' | 'data-log';

/** Whose output it is. */
export interface LogSource {
  readonly endpointName: string;
  readonly variantName: string;
  readonly instanceId: string;
}

/** One line of an instance's log, without its end of line. A line that is too long is cut. */
export interface LogLine extends LogSource {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: LogStream;
  readonly text: string;
}

export interface LogQuery {
  readonly endpointName: string;
  /** All instances of the endpoint unless told, ended ones included as long as their logs are kept. */
  readonly instanceId?: string;
  readonly variantName?: string;
  readonly streams?: readonly LogStream[];
  /** From `from` and before `to`. */
  readonly from?: number;
  readonly to?: number;
}

/** A page of a log, oldest first. `next` goes on where it ended, also when there is no more yet. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly next: string;
}

/** Takes one instance's output. What is written is kept in the order of writing. */
export interface LogWriter {
  write(stream: LogStream, text: string, at: number): void;
  /** Resolves when all that was written can be read. */
  close(): Promise<void>;
}

/**
 * What instances have written, kept after their end and bounded in size for each instance and in number of instances:
 * the oldest goes first. Losing the last moments at a crash is allowed; a torn line is not.
 */
export abstract class Logs {
  /** Goes on with a log that is there already. */
  abstract open(source: LogSource): LogWriter;
  /** In the order of time over all instances. `after` is the `next` of the page before; a page has at most `limit` lines. */
  abstract read(
    query: LogQuery,
    page: { readonly after?: string; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<LogPage>;
  /** The last lines of one instance's own output, oldest first; none where there is no log. */
  abstract tail(instanceId: string, lines: number, signal?: AbortSignal): Promise<LogLine[]>;
  /** Resolves when there may be more to read for the query than there was at `after`, or when the signal is aborted. */
  abstract grown(query: LogQuery, after: string, signal: AbortSignal): Promise<void>;
}
