import { z } from 'zod';
import type { Invocation } from '../../../core/invocation/invocation.js';
import { batchLine } from './batch-line.js';
import { endpointName } from '../fields.js';
import { problemDocument } from '../docs/openapi-problems.js';
import type { Problem } from '../problem.js';
import { route } from '../route.js';
import { SUBMISSION_ERRORS, acceptedInvocation, formatAccepted } from './submit-routes.js';

/** The limits of one batch. */
export const BATCH_LIMITS = { maxLines: 1_000, maxBytes: 8 * 1_048_576 } as const;
/** The media type of a batch and of its answer. */
export const NDJSON_CONTENT_TYPE = 'application/x-ndjson';

const lineAnswer = z
  .object({
    line: z.int().describe('Which it answers: the first is 1, and blank ones count.'),
    status: z.int().describe('What the line would have been answered with by itself: 202, or that of `problem`.'),
    idempotentReplayed: z.literal(true).optional().describe('The same was accepted before.'),
    invocation: acceptedInvocation.optional(),
    problem: problemDocument.optional(),
  })
  .meta({ id: 'BatchLineAnswer' });

type LineAnswer = z.input<typeof lineAnswer>;

export const SUBMIT_BATCH = route({
  id: 'submitBatch',
  method: 'POST',
  path: '/v1/endpoints/{name}/invocations:batch',
  chapter: 'Submitting',
  summary: 'Submit many invocations at once',
  description:
    'Each line is a document with exactly one of `input`, `inputBase64` and `inputLocation`; what else it may have means ' +
    'what the headers of a single submission do. Each line is accepted or refused for itself, and answered in its turn; at ' +
    `most ${BATCH_LIMITS.maxLines} lines of 8 MiB together.`,
  access: 'submit',
  parameters: z.object({ name: endpointName }),
  body: { bytes: 'Lines of JSON.', contentType: NDJSON_CONTENT_TYPE, line: batchLine },
  answers: {
    200: {
      description: 'What came of each line, in a line of its own, though it be that none was accepted.',
      content: { [NDJSON_CONTENT_TYPE]: lineAnswer },
    },
  },
  errors: [...SUBMISSION_ERRORS, 'UnsupportedContentType', 'LimitExceeded'],
});

/** Formats the answer to an accepted line. */
export function formatAcceptedLine(line: number, invocation: Invocation, isRepeat: boolean): LineAnswer {
  const repeat = isRepeat ? { idempotentReplayed: true as const } : {};
  return { line, status: 202, ...repeat, invocation: formatAccepted(invocation, {}) };
}

/** Formats the answer to a refused line. */
export function formatRefusedLine(line: number, problem: Problem): LineAnswer {
  return {
    line,
    status: problem.status,
    problem: { ...problem, errors: problem.errors?.map((error) => ({ ...error })) },
  };
}
