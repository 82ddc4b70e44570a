import { EbbError } from '../core/errors.js';
import {
  type KeptLog,
  type LogLine,
  LOG_STREAMS,
  type LogPage,
  type LogQuery,
  type LogStream,
} from '../core/ports/logs.js';

/** A page has so many lines unless told, and at most so many. */
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;

const EPOCH_MS = /^\d{1,13}$/;
/** A date, or a date and a time with its offset. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/;

/** What a reader of an endpoint's logs asks for. */
export interface LogRequest {
  readonly query: LogQuery;
  readonly limit: number;
  readonly after?: string;
  readonly follow: boolean;
}

/** Reads the parameters of a query string. Raises `InvalidRequest`, naming the parameter and its rule. */
export function readLogRequest(endpointName: string, parameters: Readonly<Record<string, unknown>>): LogRequest {
  const { after, follow, from, instance, limit, stream, to, variant, ...others } = parameters;
  for (const name of Object.keys(others)) throw refusal(`'${name}' is unknown here`);
  const query = {
    endpointName,
    instanceId: readOne({ instance }),
    variantName: readOne({ variant }),
    streams: readStreams(stream),
    from: readTime({ from }),
    to: readTime({ to }),
  };
  const isFollowed = readFollow(readOne({ follow }));
  if (isFollowed && query.to !== undefined) throw refusal("'to' has no meaning with 'follow', which goes on for ever");
  return { query, limit: readLimit(readOne({ limit })), after: readOne({ after }), follow: isFollowed };
}

/** A parameter under its name. */
type Named = Readonly<Record<string, unknown>>;

function readOne(parameter: Named): string | undefined {
  const [[name, value] = []] = Object.entries(parameter);
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw refusal(`'${name}' must be given once and not be empty`);
  return value;
}

/** Several are given one by one or with commas between them. */
function readStreams(value: unknown): LogStream[] | undefined {
  if (value === undefined) return undefined;
  const names = [value].flat().flatMap((each) => String(each).split(','));
  const unknown = names.find((name) => !(LOG_STREAMS as readonly string[]).includes(name));
  if (unknown !== undefined) throw refusal(`'stream' must be of ${LOG_STREAMS.join(', ')}, and is '${unknown}'`);
  return names as LogStream[];
}

function readTime(parameter: Named): number | undefined {
  const value = readOne(parameter);
  if (value === undefined) return undefined;
  if (EPOCH_MS.test(value)) return Number(value);
  const time = ISO_TIME.test(value) ? Date.parse(value) : NaN;
  if (!Number.isNaN(time)) return time;
  const [name] = Object.keys(parameter);
  throw refusal(`'${name}' must be a time of ISO 8601 or milliseconds since the epoch`);
}

function readLimit(value: string | undefined): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw refusal(`'limit' must be a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

function readFollow(value: string | undefined): boolean {
  if (value !== undefined && value !== 'true' && value !== 'false') throw refusal("'follow' must be true or false");
  return value === 'true';
}

function refusal(rule: string): EbbError {
  return new EbbError('InvalidRequest', `The parameter ${rule}.`);
}

/** A page of a log as Ebb's own REST API shows it. Times are ISO 8601; what a container has printed is only ever a string. */
export function formatLogPage({ lines, next, hasMore, hasGap }: LogPage): object {
  return { lines: lines.map(formatLogLine), next, hasMore, hasGap };
}

/** The logs of an endpoint, by the names that SageMaker's log streams have. */
export function formatLogStreams(logs: readonly KeptLog[]): object {
  return {
    streams: logs.map(({ variantName, instanceId, lastAt, sizeBytes }) => ({
      name: instanceId === undefined ? 'data-log' : `${variantName}/${instanceId}`,
      variantName,
      instanceId,
      lastAt: new Date(lastAt).toISOString(),
      sizeBytes,
    })),
  };
}

/**
 * A page as server-sent events, one a line; `gap` says that lines were discarded before them. The last event bears the
 * place in the log: whoever goes on from there misses nothing, and may see lines of this page again if it broke off in it.
 * No text can end an event, since JSON has no bare line breaks.
 */
export function formatLogEvents({ lines, next, hasGap }: LogPage): string {
  const events = lines.map((line) => `data: ${JSON.stringify(formatLogLine(line))}\n`);
  if (hasGap) events.unshift('event: gap\ndata: {}\n');
  return events.length === 0 ? '' : `${events.join('\n')}id: ${next}\n\n`;
}

function formatLogLine({ at, stream, instanceId, variantName, text }: LogLine): object {
  return { at: new Date(at).toISOString(), stream, instanceId, variantName, text };
}
