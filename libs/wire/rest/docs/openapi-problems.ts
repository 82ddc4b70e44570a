import { z } from 'zod';
import type { Header, Response } from './openapi-document.js';
import type { SchemaCollector } from './openapi-schemas.js';
import { PROBLEMS, PROBLEM_CONTENT_TYPE, type ProblemCode, isProblemCode } from '../problem.js';
import { COMMON_ERRORS, type Route } from '../route.js';

/** The document of a refusal, as RFC 9457 defines it. */
export const problemDocument = z
  .object({
    type: z.string().describe('The address of the page about it, relative to the one that was called.'),
    title: z.string().describe('The same for every problem of the type.'),
    status: z.int(),
    detail: z.string().describe('What is the matter with this request.'),
    code: z.string().describe('What programs look at. A code keeps its meaning for ever.'),
    errors: z
      .array(
        z.object({
          field: z.string().describe('Such as `query.limit` or `body.labels.team`.'),
          rule: z.string().describe('What it breaks.'),
        }),
      )
      .optional()
      .describe('Every rule that the request breaks.'),
    requestId: z.string().describe('As in `Ebb-Request-Id`: names the request in the log of Ebb.'),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused.' });

/** Returns the codes that may refuse a request to a route, by status and in order. */
export function refusalsOf(route: Route): Map<number, ProblemCode[]> {
  const codes = new Set([...(route.errors ?? []), ...commonOf(route)].filter(isProblemCode));
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

/** Returns the answer for refusals of one status. */
export function refusal(
  status: number,
  codes: readonly ProblemCode[],
  headers: Response['headers'],
  schemas: SchemaCollector,
): Response {
  const lines = codes.map((code) => `- \`${code}\`: ${PROBLEMS[code].title}.`);
  const schema = {
    ...schemas.of(problemDocument),
    properties: { status: { const: status }, code: { enum: [...codes] } },
  };
  return {
    description: lines.join('\n'),
    headers: { ...headers, ...HEADERS[status] },
    content: { [PROBLEM_CONTENT_TYPE]: { schema } },
  };
}

const RETRY_AFTER = {
  required: true,
  description: 'In so many seconds the same may go well.',
  schema: { type: 'integer', minimum: 1 },
};

const HEADERS: Readonly<Record<number, Readonly<Record<string, Header>>>> = {
  401: {
    'WWW-Authenticate': { required: true, description: 'How to say who asks (RFC 6750).', schema: { type: 'string' } },
  },
  429: { 'Retry-After': RETRY_AFTER },
  503: { 'Retry-After': RETRY_AFTER },
};

/** Returns the codes that follow from the shape of a route alone. */
function commonOf(route: Route): string[] {
  const isForAnyone = route.access === 'anyone';
  return [
    ...COMMON_ERRORS.filter((code) => !isForAnyone || !ABOUT_CALLERS.has(code)),
    ...(route.parameters ? ['UnknownOperation'] : []),
    ...(route.query && 'cursor' in route.query.shape ? ['InvalidNextToken'] : []),
    ...(route.body ? ['BodyTooLarge', 'UnsupportedContentType'] : []),
    'InternalFailure',
  ];
}

const ABOUT_CALLERS: ReadonlySet<string> = new Set(['Unauthenticated', 'AccessDenied', 'TooManyRequests']);
