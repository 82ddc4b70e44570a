import { z } from 'zod';
import {
  LOG_STREAMS,
  type KeptLog,
  type LogLine,
  type LogPage,
  type LogQuery,
  type LogSection,
} from '../../../core/ports/logs.js';
import { flag, iso, time, wholeNumber } from '../fields.js';

/** The number of lines of a page: by default, and at most. */
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;

const EPOCH_MS = /^\d{1,13}$/;
/** A date, or a date and a time with its offset. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/;

/** The time of a log line in a request; it becomes milliseconds since the epoch when read. */
const logTime = z
  .string('must be given once')
  .meta({ anyOf: [{ format: 'date-time' }, { format: 'date' }, { pattern: EPOCH_MS.source }] })
  .transform((text, context) => {
    if (EPOCH_MS.test(text)) return Number(text);
    const at = ISO_TIME.test(text) ? Date.parse(text) : NaN;
    if (!Number.isNaN(at)) return at;
    context.addIssue({ code: 'custom', message: 'must be a time of ISO 8601 or milliseconds since the epoch' });
    return z.NEVER;
  });

const one = z.string('must be given once').min(1, 'must not be empty').max(512, 'must have at most 512 characters');

const streams = z.preprocess(
  // Several streams are repeated parameters, or have commas between them.
  (value) => (value === undefined ? undefined : [value].flat().flatMap((each) => String(each).split(','))),
  z
    .array(z.enum(LOG_STREAMS, { error: `must be one of ${LOG_STREAMS.join(', ')}` }))
    .max(2 * LOG_STREAMS.length, `must name at most ${2 * LOG_STREAMS.length} streams`),
);

/** The parameters of a request for an endpoint's logs. */
export const logParameters = z
  .strictObject({
    instance: one.optional().describe('Of this instance only.'),
    variant: one.optional().describe('Of this variant only.'),
    stream: streams.optional().describe('Only of these; several with commas, or one by one.'),
    from: logTime.optional().describe('From this time on: ISO 8601, or milliseconds since the epoch.'),
    to: logTime.optional().describe('Before this time.'),
    limit: wholeNumber(1, MAX_LIMIT).optional().describe(`How many lines; ${DEFAULT_LIMIT} unless told.`),
    after: one.optional().describe('`next` of the page before.'),
    tail: wholeNumber(0, MAX_LIMIT)
      .optional()
      .describe('Only so many of the last lines; with `follow`, before what comes.'),
    follow: flag.optional().describe('Server-sent events without end, one a line.'),
  })
  .refine(({ follow, to }) => !follow || to === undefined, {
    path: ['to'],
    error: 'has no meaning with follow, which goes on for ever',
  })
  .refine(({ after, limit, tail }) => tail === undefined || (after === undefined && limit === undefined), {
    path: ['tail'],
    error: 'has no meaning with after or limit',
  });

/** A request for an endpoint's logs. */
export interface LogRequest {
  readonly query: LogQuery;
  readonly section: LogSection;
  readonly follow: boolean;
}

/** Returns the request that parameters state. */
export function logRequestOf(endpointName: string, parameters: z.output<typeof logParameters>): LogRequest {
  const { after, follow = false, from, instance, limit = DEFAULT_LIMIT, stream, tail, to, variant } = parameters;
  const query = { endpointName, instanceId: instance, variantName: variant, streams: stream, from, to };
  return { query, section: tail === undefined ? { after, limit } : { last: tail }, follow };
}

const logLine = z
  .object({
    at: time,
    stream: z.enum(LOG_STREAMS),
    instanceId: z.string().optional(),
    variantName: z.string().optional(),
    text: z.string(),
  })
  .meta({ id: 'LogLine' });

/** A page of a log, in the order in which Ebb received the lines. */
export const logPage = z.object({
  lines: z.array(logLine),
  next: z.string().describe('Goes on where the page ended, now or later.'),
  hasMore: z.boolean().describe('More can be read at once, though the page may be short.'),
  hasGap: z.boolean().describe('Lines before the page were discarded before they were read.'),
});

/** The logs of an endpoint. */
export const logStreams = z.object({
  streams: z.array(
    z.object({
      name: z.string().describe("As SageMaker's log streams are called."),
      variantName: z.string().optional(),
      instanceId: z.string().optional(),
      lastAt: time,
      sizeBytes: z.int().min(0),
    }),
  ),
});

/** Formats a page of a log. The output of a container is only ever a JSON string. */
export function formatLogPage({ lines, next, hasMore, hasGap }: LogPage): z.input<typeof logPage> {
  return { lines: lines.map(formatLogLine), next, hasMore, hasGap };
}

/** Formats the list of an endpoint's logs. */
export function formatLogStreams(logs: readonly KeptLog[]): z.input<typeof logStreams> {
  return {
    streams: logs.map(({ variantName, instanceId, lastAt, sizeBytes }) => ({
      name: instanceId === undefined ? 'data-log' : `${variantName}/${instanceId}`,
      variantName,
      instanceId,
      lastAt: iso(lastAt),
      sizeBytes,
    })),
  };
}

/**
 * Formats a page as server-sent events, one a line; `gap` says that lines were discarded before them. The last event
 * carries the place in the log. A reader that continues there misses nothing, and may see lines of this page again if
 * the stream broke off within it. Text cannot end an event, because JSON has no bare line breaks.
 */
export function formatLogEvents({ lines, next, hasGap }: LogPage): string {
  const events = lines.map((line) => `data: ${JSON.stringify(formatLogLine(line))}\n`);
  if (hasGap) events.unshift('event: gap\ndata: {}\n');
  return events.length === 0 ? '' : `${events.join('\n')}id: ${next}\n\n`;
}

function formatLogLine({ at, stream, instanceId, variantName, text }: LogLine): z.input<typeof logLine> {
  return { at: iso(at), stream, instanceId, variantName, text };
}
