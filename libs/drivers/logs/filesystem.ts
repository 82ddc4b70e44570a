import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import { toLogLines } from '../../core/ports/log-line.js';
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
} from '../../core/ports/logs.js';
import { findLogs, folderOf } from './filesystem/found-logs.js';
import { lastLines } from './filesystem/last-lines.js';
import { LOG_LIMITS, type LogLimits } from './filesystem/log-limits.js';
import { LogReader } from './filesystem/log-reader.js';
import { mergeLogs } from './filesystem/merge-logs.js';
import { type FoundSegments, SourceLog } from './filesystem/source-log.js';
import { formatStamp, parseStamp, type StampedLine, Stamps } from './filesystem/stamped-line.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** A reader that waits for an endpoint's logs to grow. */
interface Follower {
  readonly query: LogQuery;
  readonly wake: () => void;
}

/**
 * Logs as text files on this machine, in one folder for each instance. A line is `time stamp stream text`, so that the
 * files can be searched with `grep`. Only one running Ebb at a time may use the directory. A cursor is the stamp of the
 * last line before it.
 */
export class FilesystemLogs extends Logs {
  readonly #root: string;
  readonly #limits: LogLimits;
  readonly #stamps: Stamps;
  /** By folder. */
  readonly #logs = new Map<string, SourceLog>();
  /** The removals that are under way, by folder. */
  readonly #removals = new Map<string, Promise<void>>();
  readonly #followers = new Set<Follower>();
  /** For each endpoint and each variant, the stamp of the last line in the logs that were discarded whole. */
  readonly #discarded = new Map<string, number>();

  private constructor(root: string, limits: LogLimits, stamps: Stamps) {
    super();
    this.#root = root;
    this.#limits = limits;
    this.#stamps = stamps;
  }

  /** Makes the directory if it is missing, and continues the logs in it. */
  static async open(
    directory: string,
    { limits }: { readonly limits?: Partial<LogLimits> } = {},
  ): Promise<FilesystemLogs> {
    await mkdir(directory, { recursive: true });
    const found = await findLogs(directory);
    const last = found.reduce((highest, { lastStamp }) => Math.max(highest, lastStamp), 0);
    const logs = new FilesystemLogs(directory, { ...LOG_LIMITS, ...limits }, new Stamps(last));
    for (const log of found) logs.#add(log).hasEnded = true;
    return logs;
  }

  override open(source: LogSource): LogWriter {
    for (const name of [source.endpointName, source.variantName, source.instanceId]) checkName(name);
    const folder = folderOf(this.#root, source);
    const log = this.#logs.get(folder) ?? this.#add({ source, folder, segments: [], lastStamp: 0 });
    log.writers += 1;
    log.hasEnded = false;
    return new SourceLogWriter(log, () => this.#end(log));
  }

  override async read(query: LogQuery, section: LogSection, signal?: AbortSignal): Promise<LogPage> {
    if ('last' in section) return this.#readLast(query, section.last, signal);
    const { after, limit } = section;
    const start = after === undefined ? 0 : readCursor(after);
    const logs = this.#matching(query);
    // All lines up to this stamp are on disk after the flush. Lines with later stamps may reach the disk in any order.
    const until = this.#stamps.last;
    await Promise.all(logs.map((log) => log.flush()));
    const wanted = { after: Math.max(start, (query.from ?? 0) * 1000 - 1), until, accepts: acceptorOf(query) };
    const readers = logs
      .filter(({ writtenStamp }) => writtenStamp > wanted.after)
      .map(({ segments, source }, _index, { length }) => {
        const maxPieces = Math.max(1, Math.floor(this.#limits.pagePieces / length));
        return { source, reader: new LogReader(segments, wanted, maxPieces) };
      });
    const hasGap = after !== undefined && this.#hasGap(query, logs, start);
    const { lines, readUntil } = await mergeLogs(readers, limit, signal);
    const hasMore = readUntil < until;
    return {
      lines,
      next: formatStamp(hasMore ? Math.max(start, readUntil) : Math.max(start, until)),
      hasMore,
      hasGap: hasGap || readers.some(({ reader }) => reader.hasGap),
    };
  }

  override async tail(instanceId: string, lines: number, signal?: AbortSignal): Promise<LogLine[]> {
    const logs = [...this.#logs.values()].filter(({ source }) => source.instanceId === instanceId);
    await Promise.all(logs.map((log) => log.flush()));
    return lastLines(logs, lines, isOwnOutput, signal);
  }

  override async list(endpointName: string): Promise<KeptLog[]> {
    return this.#matching({ endpointName })
      .filter(({ isEmpty }) => !isEmpty)
      .sort((a, b) => b.writtenStamp - a.writtenStamp)
      .map(({ source, sizeBytes, writtenStamp }) => ({
        ...source,
        sizeBytes,
        lastAt: Math.floor(writtenStamp / 1000),
      }));
  }

  override async grown(query: LogQuery, after: string, signal: AbortSignal): Promise<void> {
    const stamp = readCursor(after);
    if (signal.aborted || this.#matching(query).some(({ writtenStamp }) => writtenStamp > stamp)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const follower = { query, wake: resolve };
    this.#followers.add(follower);
    signal.addEventListener('abort', resolve as () => void, { once: true });
    await promise;
    this.#followers.delete(follower);
    signal.removeEventListener('abort', resolve as () => void);
  }

  /** Writes the lines that wait in memory, and closes the files. */
  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.close()));
  }

  #add({ source, folder, ...found }: Pick<SourceLog, 'source' | 'folder'> & FoundSegments): SourceLog {
    const cleared = this.#removals.get(folder);
    const log = new SourceLog({ source, folder }, { ...found, cleared }, this.#limits, this.#stamps, (grown) =>
      this.#wakeFollowers(grown),
    );
    this.#logs.set(folder, log);
    return log;
  }

  async #readLast(query: LogQuery, count: number, signal?: AbortSignal): Promise<LogPage> {
    const logs = this.#matching(query);
    const until = this.#stamps.last;
    await Promise.all(logs.map((log) => log.flush()));
    const isWanted = acceptorOf(query);
    const lines = await lastLines(logs, count, (line) => line.stamp <= until && isWanted(line), signal);
    return { lines, next: formatStamp(until), hasMore: false, hasGap: false };
  }

  async #end(log: SourceLog): Promise<void> {
    log.writers -= 1;
    if (log.writers > 0) return log.flush();
    await log.close();
    // The log may have been opened again meanwhile, and even closed.
    if (log.writers > 0 || !this.#isKept(log)) return;
    log.hasEnded = !log.isEmpty;
    if (log.hasEnded) await this.#discardOld(endpointKey(log.source.endpointName));
    else this.#logs.delete(log.folder);
  }

  #isKept(log: SourceLog): boolean {
    return this.#logs.get(log.folder) === log;
  }

  #matching(query: LogQuery): SourceLog[] {
    return [...this.#logs.values()].filter(({ source }) => isOf(source, query));
  }

  #hasGap(query: LogQuery, logs: readonly SourceLog[], after: number): boolean {
    if (logs.some(({ segments }) => (segments[0]?.after ?? 0) > after)) return true;
    // For an instance without a log, Ebb does not know whether it had one.
    if (query.instanceId !== undefined && logs.length > 0) return false;
    return (this.#discarded.get(discardedKey(query)) ?? 0) > after;
  }

  #wakeFollowers({ source }: SourceLog): void {
    for (const { query, wake } of this.#followers) if (isOf(source, query)) wake();
  }

  /**
   * Keeps the number of ended logs within the limits of the endpoint and of all endpoints. The logs written last stay.
   */
  async #discardOld(key: string): Promise<void> {
    const ended = [...this.#logs.values()].filter(({ hasEnded }) => hasEnded);
    const ofEndpoint = ended.filter(({ source }) => endpointKey(source.endpointName) === key);
    // By far the most frequent case, because each failed invocation ends a log that had ended before.
    if (ended.length <= this.#limits.ended && ofEndpoint.length <= this.#limits.endedPerEndpoint) return;
    for (const logs of [ended, ofEndpoint]) logs.sort((a, b) => b.writtenStamp - a.writtenStamp);
    const old = [...ofEndpoint.slice(this.#limits.endedPerEndpoint), ...ended.slice(this.#limits.ended)];
    for (const log of new Set(old)) await this.#discard(log);
  }

  async #discard(log: SourceLog): Promise<void> {
    const { folder, source, writtenStamp } = log;
    // Meanwhile the log may have been opened again, or discarded and replaced by another.
    if (!log.hasEnded || !this.#isKept(log)) return;
    this.#logs.delete(folder);
    for (const key of [discardedKey(source), discardedKey({ endpointName: source.endpointName })]) {
      this.#discarded.set(key, Math.max(this.#discarded.get(key) ?? 0, writtenStamp));
    }
    // A writer may open the log again at this moment, for example for the last invocation of its instance.
    const removal = removeFolder(folder).finally(() => this.#removals.delete(folder));
    this.#removals.set(folder, removal);
    await removal;
  }
}

/** Removes a log's folder, and its parents if they become empty. */
async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await rmdir(dirname(folder));
    await rmdir(dirname(dirname(folder)));
  } catch {
    // Not empty; or the disk fails, and the next start finds the leftovers.
  }
}

/** A writer of one log, counted among the log's writers until it is closed. */
class SourceLogWriter implements LogWriter {
  readonly #log: SourceLog;
  readonly #end: () => Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(log: SourceLog, end: () => Promise<void>) {
    this.#log = log;
    this.#end = end;
  }

  write(stream: LogStream, text: string, at: number): void {
    for (const line of toLogLines(text)) this.#log.write(stream, line, at);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }
}

function isOf(source: LogSource, { endpointName, variantName, instanceId }: LogQuery): boolean {
  return (
    endpointKey(source.endpointName) === endpointKey(endpointName) &&
    (variantName === undefined || source.variantName === variantName) &&
    (instanceId === undefined || source.instanceId === instanceId)
  );
}

/** Returns the key under which discarded logs are counted, for a variant or, without one, for the whole endpoint. */
function discardedKey({ endpointName, variantName = '' }: Pick<LogQuery, 'endpointName' | 'variantName'>): string {
  return `${endpointKey(endpointName)}/${variantName}`;
}

function acceptorOf({ streams, from = -Infinity, to = Infinity }: LogQuery): (line: StampedLine) => boolean {
  return ({ at, stream }) => at >= from && at < to && (streams === undefined || streams.includes(stream));
}

function isOwnOutput({ stream }: StampedLine): boolean {
  return stream === 'stdout' || stream === 'stderr';
}

function readCursor(cursor: string): number {
  const stamp = parseStamp(cursor);
  if (stamp === undefined) throw new EbbError('InvalidNextToken', `'${cursor}' is not a cursor of a log.`);
  return stamp;
}

function checkName(name: string | undefined): void {
  if (name === undefined || NAME.test(name)) return;
  throw new EbbError('InvalidRequest', `'${name}' cannot have a log: it must be a plain file name.`);
}
