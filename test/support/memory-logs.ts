import { endpointKey } from '../../libs/core/endpoint/endpoint.js';
import { EbbError } from '../../libs/core/errors.js';
import { toLogLines } from '../../libs/core/ports/log-line.js';
import {
  type KeptLog,
  type LogLine,
  type LogPage,
  type LogQuery,
  type LogSection,
  Logs,
  type LogSource,
  type LogStream,
  type LogWriter,
} from '../../libs/core/ports/logs.js';

/** All lines of all logs in memory, in the order of writing; a cursor is the number of lines before it. */
export class MemoryLogs extends Logs {
  readonly lines: LogLine[] = [];
  readonly #followers = new Set<() => void>();

  override open(source: LogSource): LogWriter {
    for (const name of Object.values(source)) {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
        throw new EbbError('InvalidRequest', `'${name}' cannot have a log.`);
    }
    const write = (stream: LogStream, text: string, at: number): void => {
      for (const line of toLogLines(text)) this.lines.push({ ...source, at, stream, text: line });
      for (const wake of this.#followers) wake();
    };
    return { write, close: async () => {} };
  }

  override async read(query: LogQuery, section: LogSection): Promise<LogPage> {
    if ('last' in section) {
      const all = await this.read(query, { limit: Infinity });
      return { ...all, lines: section.last <= 0 ? [] : all.lines.slice(-section.last) };
    }
    const { after, limit } = section;
    const lines: LogLine[] = [];
    const { from = -Infinity, to = Infinity, streams } = query;
    for (let index = readCursor(after); ; index += 1) {
      const line = this.lines[index];
      const isWanted = line && isOf(line, query) && line.at >= from && line.at < to;
      if (line && !(isWanted && streams?.includes(line.stream) !== false)) continue;
      if (!line || lines.length === limit) return { lines, next: String(index), hasMore: !!line, hasGap: false };
      lines.push(line);
    }
  }

  override async tail(instanceId: string, lines: number): Promise<LogLine[]> {
    if (lines <= 0) return [];
    const own = this.lines.filter((line) => line.instanceId === instanceId && line.stream.startsWith('std'));
    return own.slice(-lines);
  }

  override async list(endpointName: string): Promise<KeptLog[]> {
    const logs = new Map<string | undefined, KeptLog>();
    for (const { at, stream: _, text, ...source } of this.lines.filter((line) => isOf(line, { endpointName }))) {
      const sizeBytes = (logs.get(source.instanceId)?.sizeBytes ?? 0) + text.length;
      logs.delete(source.instanceId);
      logs.set(source.instanceId, { ...source, lastAt: at, sizeBytes });
    }
    return [...logs.values()].reverse();
  }

  override async grown(query: LogQuery, after: string, signal: AbortSignal): Promise<void> {
    const start = readCursor(after);
    while (!signal.aborted && !this.lines.slice(start).some((line) => isOf(line, query))) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      this.#followers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      this.#followers.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}

function isOf(source: LogSource, { endpointName, variantName, instanceId }: LogQuery): boolean {
  return (
    endpointKey(source.endpointName) === endpointKey(endpointName) &&
    (variantName === undefined || source.variantName === variantName) &&
    (instanceId === undefined || source.instanceId === instanceId)
  );
}

function readCursor(cursor = '0'): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new EbbError('InvalidNextToken', `'${cursor}' is not a cursor of a log.`);
  return Number(cursor);
}
