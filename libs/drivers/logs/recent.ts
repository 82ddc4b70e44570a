import {
  type LogLine,
  type LogPage,
  type LogQuery,
  Logs,
  type LogSource,
  type LogStream,
  type LogWriter,
} from '../../core/ports/logs.js';

const KEPT_LINES = 1_000;
const KEPT_INSTANCES = 50;

/** The last lines of the last instances, in memory: for drivers whose engine keeps the output itself. */
export class RecentLogs extends Logs {
  /** By instance, in the order of their first line. */
  readonly #lines = new Map<string, LogLine[]>();

  override open(source: LogSource): LogWriter {
    const write = (stream: LogStream, text: string, at: number): void => {
      const lines = this.#linesOf(source.instanceId);
      lines.push({ ...source, stream, text, at });
      if (lines.length > KEPT_LINES) lines.shift();
    };
    return { write, close: async () => {} };
  }

  override async read(
    query: LogQuery,
    { after = '0', limit }: { readonly after?: string; readonly limit: number },
  ): Promise<LogPage> {
    const matching = [...this.#lines.values()].flat().filter((line) => matches(line, query));
    matching.sort((a, b) => a.at - b.at);
    const lines = matching.slice(Number(after), Number(after) + limit);
    return { lines, next: String(Number(after) + lines.length) };
  }

  override async tail(instanceId: string, lines: number): Promise<LogLine[]> {
    if (lines <= 0) return [];
    const own = (this.#lines.get(instanceId) ?? []).filter(({ stream }) => stream !== 'data-log');
    return own.slice(-lines);
  }

  override grown(_query: LogQuery, _after: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #linesOf(instanceId: string): LogLine[] {
    const known = this.#lines.get(instanceId);
    if (known) return known;
    const [oldest] = this.#lines.keys();
    if (this.#lines.size >= KEPT_INSTANCES && oldest !== undefined) this.#lines.delete(oldest);
    const lines: LogLine[] = [];
    this.#lines.set(instanceId, lines);
    return lines;
  }
}

function matches(line: LogLine, { endpointName, instanceId, variantName, streams, from, to }: LogQuery): boolean {
  return (
    line.endpointName === endpointName &&
    (instanceId === undefined || line.instanceId === instanceId) &&
    (variantName === undefined || line.variantName === variantName) &&
    (streams === undefined || streams.includes(line.stream)) &&
    line.at >= (from ?? 0) &&
    line.at < (to ?? Infinity)
  );
}
