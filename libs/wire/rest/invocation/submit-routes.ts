import { z } from 'zod';
import type { ErrorCode } from '../../../core/errors.js';
import { INVOCATION_STATES, type Invocation } from '../../../core/invocation/invocation.js';
import type { Submission } from '../../../core/invocation/submission.js';
import { endpointName, iso, time } from '../fields.js';
import { route } from '../route.js';
import { urlOf } from './invocation-document.js';
import { labelsParameter } from './labels.js';
import { acceptOf, submissionFields } from './submission-fields.js';

/** The longest time that an answer may wait for the invocation's end. */
export const MAX_WAIT_SECONDS = 60;

const preference = z
  .string()
  .max(255)
  .transform((text) => /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/i.exec(text)?.[1])
  .transform((seconds) => (seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS)));

const { inputLocation } = submissionFields;

const submissionHeaders = z.object({
  'content-type': submissionFields.contentType.optional(),
  'content-encoding': z
    .literal('identity', 'must be absent: inputs are stored as received and passed to the model unchanged')
    .optional()
    .describe('Nothing else is taken.'),
  accept: submissionFields.accept.optional(),
  'input-location': inputLocation.optional().describe('The address of the input, in place of a body.'),
  'idempotency-key': submissionFields.idempotencyKey.optional(),
  'callback-url': submissionFields.callbackUrl.optional(),
  priority: submissionFields.priority.optional(),
  deadline: submissionFields.deadline.optional(),
  'time-to-live': submissionFields.timeToLive.optional(),
  'invocation-timeout': submissionFields.invocationTimeout.optional(),
  labels: labelsParameter.optional().describe('What it can be found by: `name=value`, with commas between them.'),
  'inference-id': submissionFields.inferenceId.optional(),
  'custom-attributes': submissionFields.customAttributes.optional(),
  prefer: preference
    .optional()
    .describe(
      `\`wait=N\`: answer with the output, if it is there within so many seconds, ${MAX_WAIT_SECONDS} at most.`,
    ),
});

/** The checked headers of a submission. */
export type SubmissionHeaders = z.output<typeof submissionHeaders>;

/** The answer to an accepted invocation. */
export const acceptedInvocation = z
  .object({
    id: z.string(),
    inferenceId: z.string(),
    endpointName: z.string(),
    state: z.enum(INVOCATION_STATES),
    position: z.int().optional().describe('How many are before it in the queue; 10000 stands for that and more.'),
    estimatedStartAt: time.optional().describe('Where there is history to tell from.'),
    acceptedAt: time,
    expiresAt: time,
    statusUrl: z.string(),
    outputLocation: z.string(),
    failureLocation: z.string().optional(),
  })
  .meta({ id: 'AcceptedInvocation' });

const LOCATION = { location: 'Where the invocation is described.' };

/** The errors that may refuse any submission. */
export const SUBMISSION_ERRORS: readonly ErrorCode[] = [
  'EndpointNotFound',
  'EndpointNotReady',
  'WrongInferenceType',
  'BucketNotFound',
  'BodyTooLarge',
  'IdempotencyConflict',
  'IntakePaused',
  'QuotaExceeded',
  'StorageFull',
];

export const SUBMIT_INVOCATION = route({
  id: 'submitInvocation',
  method: 'POST',
  path: '/v1/endpoints/{name}/invocations',
  chapter: 'Submitting',
  summary: 'Submit an invocation',
  description:
    'The body is the input, of any type and up to 1 GiB; or `Input-Location` says where it is. What is answered with 202 ' +
    'is on disk and will be done, expire or fail, but not be lost.',
  access: 'submit',
  parameters: z.object({ name: endpointName }),
  headers: submissionHeaders,
  body: { bytes: 'The input, as the model reads it.', contentType: '*/*' },
  usualStatus: 202,
  answers: {
    202: {
      description: 'It was accepted.',
      headers: { ...LOCATION, 'idempotent-replayed': '`true` where the same was accepted before.' },
      content: { 'application/json': acceptedInvocation },
    },
    200: {
      description: 'The output, where the answer waited for it and it came in time.',
      headers: { ...LOCATION, 'ebb-invocation-id': 'Its id.', 'preference-applied': '`wait=N`' },
      content: { '*/*': 'bytes' },
    },
  },
  errors: [...SUBMISSION_ERRORS, 'UnsupportedContentType', 'InvocationFailed'],
});

/** Returns the submission that the headers state, without the input itself. */
export function submissionOf(headers: SubmissionHeaders): Omit<Submission, 'endpointName' | 'input' | 'submittedBy'> {
  return {
    accept: acceptOf(headers.accept),
    contentType: headers['content-type'],
    customAttributes: headers['custom-attributes'],
    inferenceId: headers['inference-id'],
    idempotencyKey: headers['idempotency-key'],
    callbackUrl: headers['callback-url'],
    priority: headers.priority,
    labels: headers.labels,
    ttlSeconds: headers['time-to-live'],
    startBy: headers.deadline,
    timeoutSeconds: headers['invocation-timeout'],
  };
}

/** Formats the answer to an accepted invocation. */
export function formatAccepted(
  invocation: Invocation,
  { position, estimatedStartAt }: { readonly position?: number; readonly estimatedStartAt?: number },
): z.input<typeof acceptedInvocation> {
  const {
    acceptedAt,
    endpointName: name,
    expiresAt,
    failureLocation,
    id,
    inferenceId,
    outputLocation,
    state,
  } = invocation;
  return {
    id,
    inferenceId,
    endpointName: name,
    state,
    position,
    estimatedStartAt: iso(estimatedStartAt),
    acceptedAt: iso(acceptedAt),
    expiresAt: iso(expiresAt),
    statusUrl: urlOf(invocation),
    outputLocation,
    failureLocation,
  };
}
