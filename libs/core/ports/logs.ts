/**
 * The streams of a log. `stdout` and `stderr` are the container's own output. `data-log` is Ebb's report on an
 * invocation. `ebb` is about the log itself, such as how many lines were dropped.
 */
export const LOG_STREAMS = ['stdout', 'stderr', 'data-log', 'ebb'] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

/**
 * The source of a log: an instance or, with neither variant nor instance, the endpoint. The endpoint's own log reports
 * the invocations that ended without an instance. Names and ids are as SageMaker allows them.
 */
export interface LogSource {
  readonly endpointName: string;
  readonly variantName?: string;
  readonly instanceId?: string;
}

/** One line of a log, without its end of line. */
export interface LogLine extends LogSource {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: LogStream;
  readonly text: string;
}

/** A query for log lines. The case of the endpoint's name does not matter. */
export interface LogQuery {
  readonly endpointName: string;
  /** By default all instances of the endpoint, including ended ones as long as their logs are kept. */
  readonly instanceId?: string;
  readonly variantName?: string;
  readonly streams?: readonly LogStream[];
  /** From `from` on, and before `to`. */
  readonly from?: number;
  readonly to?: number;
}

/** A page of a log. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  /** The end of the page, at which the next page begins, even if there are no more lines yet. */
  readonly next: string;
  /** Whether more lines can be read at once. A page may be short, even empty, without being the last. */
  readonly hasMore: boolean;
  /**
   * Whether lines between `after` and this page were discarded unread, to keep the log within its limits. Logs that
   * were discarded whole may be forgotten at a restart.
   */
  readonly hasGap: boolean;
}

/** The part of the matching lines that a page has: lines after a place, or the last lines. */
export type LogSection =
  /** `after` is the `next` of the page before. */
  { readonly after?: string; readonly limit: number } | { readonly last: number };

/** A log that is kept. */
export interface KeptLog extends LogSource {
  /** When its last line was written, in milliseconds since the epoch. */
  readonly lastAt: number;
  readonly sizeBytes: number;
}

/** Writes the lines of one source, which are kept in the order of writing. */
export interface LogWriter {
  /**
   * Never raises and never waits. Lines that cannot be kept (the disk is full, or slower than the writer) are dropped,
   * and a line in the stream `ebb` says how many. `toLogLines` splits the text into lines.
   */
  write(stream: LogStream, text: string, at: number): void;
  /** Resolves, never rejects, when all written lines can be read. The log stays, and can be opened again. */
  close(): Promise<void>;
}

/**
 * The output of instances, kept after they have ended. The size of each instance's log and the number of ended
 * instances' logs are limited; the oldest goes first. A crash may lose the last moments, but never leaves a torn line.
 * A read sees every line that was written before it.
 */
export abstract class Logs {
  /**
   * Opens a log, and continues it if it exists. The same log may be open several times; it has ended when every writer
   * is closed. Raises `InvalidRequest` for a name that cannot be kept.
   */
  abstract open(source: LogSource): LogWriter;
  /**
   * Returns the matching lines of all logs in the order of writing, which is the order of time for lines that were
   * written as they happened. Of the `last` lines, those that exceed a page's size are left out, the oldest first.
   * Raises `InvalidNextToken` for an invalid `after`.
   */
  abstract read(query: LogQuery, section: LogSection, signal?: AbortSignal): Promise<LogPage>;
  /** Returns the last lines of one instance's own output, the oldest first; none if there is no log. */
  abstract tail(instanceId: string, lines: number, signal?: AbortSignal): Promise<LogLine[]>;
  /** Returns every kept log of an endpoint, the latest written first. */
  abstract list(endpointName: string, signal?: AbortSignal): Promise<KeptLog[]>;
  /**
   * Resolves when a line was written to a matching log since `after`, whatever its stream and time, or when the signal
   * is aborted. Raises `InvalidNextToken`.
   */
  abstract grown(query: LogQuery, after: string, signal: AbortSignal): Promise<void>;
}
