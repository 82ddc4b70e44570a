import type { LogLine } from '../../../core/ports/logs.js';
import { MAX_PAGE_CHARACTERS, unstamped } from './merge-logs.js';
import { type Segment, readLastLines } from './segment.js';
import type { SourceLog } from './source-log.js';
import type { StampedLine } from './stamped-line.js';

/** Reads the last accepted lines of one log, oldest first. */
export async function lastLinesOf(
  segments: readonly Segment[],
  count: number,
  accepts: (line: StampedLine) => boolean,
  signal?: AbortSignal,
): Promise<StampedLine[]> {
  const found: StampedLine[] = [];
  for (const segment of segments.toReversed()) {
    signal?.throwIfAborted();
    if (found.length >= count) break;
    try {
      found.unshift(...(await readLastLines(segment, count - found.length, accepts)));
    } catch (error) {
      // The segment has been discarded meanwhile, and so have the segments before it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') break;
      throw error;
    }
  }
  return found;
}

/** Reads the last accepted lines of several logs, oldest first, and no more than fit into one page. */
export async function lastLines(
  logs: readonly Pick<SourceLog, 'segments' | 'source' | 'writtenStamp'>[],
  count: number,
  accepts: (line: StampedLine) => boolean,
  signal?: AbortSignal,
): Promise<LogLine[]> {
  let found: { readonly stamp: number; readonly line: LogLine }[] = [];
  if (count <= 0) return [];
  // In this order, most logs hold no line that is late enough and need not be read.
  for (const { segments, source, writtenStamp } of logs.toSorted((a, b) => b.writtenStamp - a.writtenStamp)) {
    if (found.length === count && writtenStamp < found[0]!.stamp) break;
    const lines = await lastLinesOf(segments, count, accepts, signal);
    const added = lines.map((line) => ({ stamp: line.stamp, line: unstamped(line, source) }));
    found = ofOnePage([...found, ...added].sort((a, b) => a.stamp - b.stamp).slice(-count));
  }
  return found.map(({ line }) => line);
}

function ofOnePage<T extends { readonly line: LogLine }>(found: readonly T[]): T[] {
  let characters = 0;
  const tooMany = found.findLastIndex(({ line }) => (characters += line.text.length) > MAX_PAGE_CHARACTERS);
  return found.slice(tooMany + 1);
}
