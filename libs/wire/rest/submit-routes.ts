import { z } from 'zod';
import {
  INVOCATION_STATES,
  INVOCATION_TIMEOUT_SECONDS,
  PRIORITIES,
  REQUEST_TTL_SECONDS,
} from '../../core/invocation.js';
import type { Invocation, Submission } from '../../core/invocation.js';
import { endpointName, time, timeParameter, wholeNumber } from './fields.js';
import { urlOf } from './invocation-document.js';
import { iso } from './iso-time.js';
import { labelsParameter } from './labels.js';
import { route } from './route.js';

export const MAX_WAIT_SECONDS = 60;

const ascii = (max: number) =>
  z
    .string()
    .max(max, `must have ${max} characters at most`)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

const location = z
  .string()
  .max(1024, 'must have 1024 characters at most')
  .regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/s, 'must be an s3:// or https:// address of an object');

const { min: minTtl, max: maxTtl } = REQUEST_TTL_SECONDS;
const { min: minTimeout, max: maxTimeout } = INVOCATION_TIMEOUT_SECONDS;

const preference = z
  .string()
  .max(255)
  .transform((text) => /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/i.exec(text)?.[1])
  .transform((seconds) => (seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS)));

const submissionHeaders = z.object({
  'content-type': ascii(1024).optional().describe('Of the input, handed to the model.'),
  'content-encoding': z
    .literal('identity', 'must be absent: inputs are stored as they come and handed to the model so')
    .optional(),
  accept: ascii(1024).optional().describe('What the model is asked for; any type of answer is passed on.'),
  'input-location': location.optional().describe('The address of the input, in place of a body.'),
  'idempotency-key': ascii(255)
    .min(1, 'must not be empty')
    .optional()
    .describe('The same request under the same key, within 24 hours, is accepted once.'),
  'callback-url': z.string().max(2048).optional().describe('Told when the invocation has ended.'),
  priority: z
    .enum(PRIORITIES, { error: `must be one of ${PRIORITIES.join(', ')}` })
    .optional()
    .describe('A head start: high is served as if it had come ten minutes earlier, low as if ten minutes later.'),
  deadline: timeParameter.optional().describe('When it is given up if it has not started.'),
  'time-to-live': wholeNumber(minTtl, maxTtl)
    .optional()
    .describe('The same in seconds from now on; six hours unless told.'),
  'invocation-timeout': wholeNumber(minTimeout, maxTimeout)
    .optional()
    .describe('How many seconds the model may take; 900 unless told.'),
  labels: labelsParameter.optional().describe('What it can be found by: `name=value`, with commas between them.'),
  'inference-id': ascii(64)
    .regex(/^\S/, 'must not begin with a space')
    .optional()
    .describe('A name of your own for it.'),
  'custom-attributes': ascii(1024).optional().describe('Handed to the model as they are.'),
  prefer: preference
    .optional()
    .describe(
      `\`wait=N\`: answer with the output, if it is there within so many seconds, ${MAX_WAIT_SECONDS} at most.`,
    ),
});

export type SubmissionHeaders = z.output<typeof submissionHeaders>;

const accepted = z
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
      content: { 'application/json': accepted },
    },
    200: {
      description: 'The output, where the answer waited for it and it came in time.',
      headers: { ...LOCATION, 'ebb-invocation-id': 'Its id.', 'preference-applied': '`wait=N`' },
      content: { '*/*': 'bytes' },
    },
  },
  errors: [
    'EndpointNotFound',
    'EndpointNotReady',
    'WrongInferenceType',
    'BucketNotFound',
    'BodyTooLarge',
    'UnsupportedContentType',
    'IdempotencyConflict',
    'InvocationFailed',
    'IntakePaused',
    'QuotaExceeded',
    'StorageFull',
  ],
});

/** What the headers ask for, apart from the input itself. */
export function submissionOf(headers: SubmissionHeaders): Omit<Submission, 'endpointName' | 'input' | 'submittedBy'> {
  const accept = headers.accept;
  return {
    // Clients say so when they have nothing to say.
    accept: accept === '*/*' ? undefined : accept,
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

export function formatAccepted(
  invocation: Invocation,
  { position, estimatedStartAt }: { readonly position?: number; readonly estimatedStartAt?: number },
): z.input<typeof accepted> {
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
