/**
 * Where a line of a log came from: the container's own output; what Ebb has to say of an invocation (`data-log`); or of the
 * log itself (`ebb`), such as how many lines it had to drop.
 */
export const LOG_STREAMS = ['stdout', 'stderr', 'data-log', 'ebb'] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

/**
 * Whose log it is: an instance's, or, with neither variant nor instance, the endpoint's own, which tells of invocations
 * that ended without having been on an instance. Names and ids are as SageMaker allows them.
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

/** Which lines are asked for. The endpoint's name is taken in any case of its letters. */
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

/** A page of a log. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Goes on where the page ended, also when there is no more yet. */
  readonly next: string;
  /** More can be read at once. A page may be short, even empty, and yet not be the last. */
  readonly hasMore: boolean;
  /**
   * Lines between `after` and this page were discarded before they were read, to keep the log within its bounds. Logs that
   * were discarded whole may be forgotten at a restart.
   */
  readonly hasGap: boolean;
}

/** Which of the lines that match a page is to have: from a place on, or only so many of the last. */
export type LogSection =
  /** `after` is the `next` of the page before. */
  { readonly after?: string; readonly limit: number } | { readonly last: number };

/** A log that is kept. */
export interface KeptLog extends LogSource {
  /** When its last line was written; milliseconds since the epoch. */
  readonly lastAt: number;
  readonly sizeBytes: number;
}

/** Takes one source's lines. What is written is kept in the order of writing. */
export interface LogWriter {
  /**
   * Never raises and never waits: what cannot be kept (the disk is full, or slower than the writer) is dropped, and a line
   * in the stream `ebb` says how much. A text becomes lines as `toLogLines` has it.
   */
  write(stream: LogStream, text: string, at: number): void;
  /** Resolves, never rejects, when all that was written can be read. The log itself stays, and can be opened again. */
  close(): Promise<void>;
}

/**
 * What instances have written, kept after their end and bounded in size for each instance and in number of ended ones: the
 * oldest goes first. Losing the last moments at a crash is allowed; a torn line is not. Reading sees all that was written
 * before.
 */
export abstract class Logs {
  /**
   * Goes on with a log that is there already. The same log may be open several times; it has ended when every writer is
   * closed. Raises `InvalidRequest` for a name that cannot be kept.
   */
  abstract open(source: LogSource): LogWriter;
  /**
   * The lines of all logs that match, in the order in which they were written, which is that of time for whatever was
   * written when it happened. Of the `last` lines those of more than a page's size are left out, the oldest first. Raises
   * `InvalidNextToken` for an `after` that is none.
   */
  abstract read(query: LogQuery, section: LogSection, signal?: AbortSignal): Promise<LogPage>;
  /** The last lines of one instance's own output, oldest first; none where there is no log. */
  abstract tail(instanceId: string, lines: number, signal?: AbortSignal): Promise<LogLine[]>;
  /** Every log of an endpoint that is kept, the latest written first. */
  abstract list(endpointName: string, signal?: AbortSignal): Promise<KeptLog[]>;
  /**
   * Resolves when something was written to a log that matches since `after`, whatever its stream and time, or when the
   * signal is aborted. Raises `InvalidNextToken`.
   */
  abstract grown(query: LogQuery, after: string, signal: AbortSignal): Promise<void>;
}
