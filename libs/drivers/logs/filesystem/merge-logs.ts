import type { LogLine, LogSource } from '../../../core/ports/logs.js';
import type { LogReader } from './log-reader.js';
import type { StampedLine } from './stamped-line.js';

/** The most text of one page, whatever its limit of lines. */
export const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Lines of several logs, and the stamp up to which the logs have been read. */
export interface MergedPage {
  readonly lines: readonly LogLine[];
  /** All lines up to this stamp have been read; `Infinity` at the end of all logs. */
  readonly readUntil: number;
}

/**
 * Merges the lines of several logs in the order of their stamps. The page ends when it is full, or when one log's
 * reader is tired before its next wanted line.
 */
export async function mergeLogs(
  logs: readonly { readonly source: LogSource; readonly reader: LogReader }[],
  limit: number,
  signal?: AbortSignal,
): Promise<MergedPage> {
  const lines: LogLine[] = [];
  let characters = 0;
  for (const { reader } of logs) await reader.advance(signal);
  for (;;) {
    signal?.throwIfAborted();
    const isFull = lines.length >= limit || characters >= MAX_PAGE_CHARACTERS;
    const next = earliest(logs);
    const line = next?.reader.current;
    // Lines before the unread part of a tired reader are still returned, so that every page continues from the last
    // one.
    if (!next || !line || isFull || logs.some(({ reader }) => reader.isTired && reader.readUntil < line.stamp)) {
      return { lines, readUntil: Math.min(...logs.map(({ reader }) => reader.readUntil)) };
    }
    lines.push(unstamped(line, next.source));
    characters += line.text.length;
    await next.reader.advance(signal);
  }
}

/** Returns a line as the port has it, with its source and without its stamp. */
export function unstamped({ at, stream, text }: StampedLine, source: LogSource): LogLine {
  return { ...source, at, stream, text };
}

function earliest<T extends { readonly reader: LogReader }>(logs: readonly T[]): T | undefined {
  let first: T | undefined;
  for (const log of logs) {
    if ((log.reader.current?.stamp ?? Infinity) < (first?.reader.current?.stamp ?? Infinity)) first = log;
  }
  return first;
}
