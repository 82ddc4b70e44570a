import { z } from 'zod';
import { FAILURE_KINDS } from '../../../core/invocation/attempt.js';
import { INVOCATION_STATES } from '../../../core/invocation/invocation.js';
import type { InvocationQuery } from '../../../core/ports/invocations.js';
import { endpointName, invocationId, pageOf, paging, several, timeParameter, wholeNumber } from '../fields.js';
import { route } from '../route.js';
import { invocationDocument, invocationSummary } from './invocation-document.js';
import { labelName, labelValue, labels } from './labels.js';

const MAX_BODY_BYTES = 65_536;
const MAX_FILTERS = 16;
const DEFAULT_MANY = 100;
const MAX_MANY = 1000;

const byId = z.object({ id: invocationId });

const state = z.enum(INVOCATION_STATES, { error: `must be one of ${INVOCATION_STATES.join(', ')}` });
const errorClass = z.enum(FAILURE_KINDS, { error: `must be one of ${FAILURE_KINDS.join(', ')}` });

const labelFilter = z
  .string()
  .regex(/^[^:]+:/, 'must be a name and a value with a colon between them')
  .transform((text) => ({ name: text.slice(0, text.indexOf(':')), value: text.slice(text.indexOf(':') + 1) }))
  .pipe(z.object({ name: labelName, value: labelValue }));

const listParameters = z.strictObject({
  endpoint: endpointName.optional().describe('Only of this one.'),
  inferenceId: z
    .string()
    .min(1)
    .max(64, 'must have at most 64 characters')
    .optional()
    .describe('The label that its caller gave it.'),
  state: several(state, INVOCATION_STATES.length).optional().describe('In any of these.'),
  label: several(labelFilter, MAX_FILTERS).optional().describe('`name:value`; with all of these.'),
  errorClass: several(errorClass, FAILURE_KINDS.length).optional().describe('Ended by any of these.'),
  acceptedAfter: timeParameter.optional().describe('Accepted then or later.'),
  acceptedBefore: timeParameter.optional().describe('Accepted earlier.'),
  ...paging,
});

/** Returns the query that the parameters of a list state. */
export function listingOf(query: z.output<typeof listParameters>): InvocationQuery {
  const { acceptedAfter: acceptedFrom, acceptedBefore, endpoint, inferenceId, label = [] } = query;
  return {
    endpointName: endpoint,
    inferenceId,
    states: query.state,
    failureKinds: query.errorClass,
    labels: Object.fromEntries(label.map(({ name, value }) => [name, value])),
    acceptedFrom,
    acceptedBefore,
  };
}

/** The members of a request that select many invocations. */
const selection = {
  endpoint: endpointName.optional().describe('Only of this one.'),
  labels: labels.optional(),
  acceptedAfter: timeParameter.optional(),
  acceptedBefore: timeParameter.optional().describe('Accepted earlier.'),
  limit: z.int().min(1).max(MAX_MANY).default(DEFAULT_MANY).describe('How many at most, the newest first.'),
  dryRun: z.boolean().default(false).describe('Only count how many are meant.'),
};

const redriveSelection = z.strictObject({
  ...selection,
  states: z
    .array(z.enum(['Failed', 'Expired', 'Cancelled']))
    .min(1)
    .max(3)
    .default(['Failed', 'Expired', 'Cancelled']),
  errorClass: z.array(errorClass).min(1).max(FAILURE_KINDS.length).optional(),
});

const cancelSelection = z.strictObject({
  ...selection,
  states: z
    .array(z.enum(['Queued', 'Running']))
    .min(1)
    .max(2)
    .default(['Queued', 'Running']),
});

type Selection = z.output<typeof cancelSelection> | z.output<typeof redriveSelection>;

/** Returns the query that a selection states. */
export function selectionOf(body: Selection): Omit<InvocationQuery, 'limit' | 'after'> {
  return {
    endpointName: body.endpoint,
    states: body.states,
    labels: body.labels,
    acceptedFrom: body.acceptedAfter,
    acceptedBefore: body.acceptedBefore,
    ...('errorClass' in body && { failureKinds: body.errorClass }),
  };
}

const refused = z.array(z.object({ id: z.string(), code: z.string(), detail: z.string() }));
const matched = z.int().describe('How many are meant; 10000 stands for that and more.');

const invocationAnswer = (description: string) => ({
  200: { description, content: { 'application/json': invocationDocument } },
});

export const LIST_INVOCATIONS = route({
  id: 'listInvocations',
  method: 'GET',
  path: '/v1/invocations',
  chapter: 'Invocations',
  summary: 'Find invocations',
  description: 'The newest first. Whoever may only submit finds what was submitted with the same access key.',
  access: 'submit',
  isConfined: true,
  query: listParameters,
  answers: { 200: { description: 'A page.', content: { 'application/json': pageOf(invocationSummary) } } },
});

export const GET_INVOCATION = route({
  id: 'getInvocation',
  method: 'GET',
  path: '/v1/invocations/{id}',
  chapter: 'Invocations',
  summary: 'Where an invocation stands, and why',
  description: 'With `wait` the answer comes when it has ended, or after so many seconds.',
  access: 'submit',
  isConfined: true,
  parameters: byId,
  query: z.strictObject({ wait: wholeNumber(0, 60).optional().describe('Seconds.') }),
  answers: invocationAnswer('The invocation.'),
  errors: ['InvocationNotFound'],
});

const CANCELLED =
  'One that waits is never run; one that runs is stopped: its connection is closed, its container is told where its image ' +
  'has a path for that, and its instance ended where its image allows it. Cancelling again changes nothing.';

export const CANCEL_INVOCATION = route({
  id: 'cancelInvocation',
  method: 'POST',
  path: '/v1/invocations/{id}:cancel',
  chapter: 'Invocations',
  summary: 'Cancel an invocation',
  description: CANCELLED,
  access: 'submit',
  isConfined: true,
  parameters: byId,
  answers: invocationAnswer('The invocation, which is Cancelled.'),
  errors: ['InvocationNotFound', 'InvocationSettled', 'StorageFull'],
});

export const DELETE_INVOCATION = route({
  ...CANCEL_INVOCATION,
  id: 'deleteInvocation',
  method: 'DELETE',
  path: '/v1/invocations/{id}',
  summary: 'Cancel an invocation, by DELETE',
  description: `${CANCELLED} Its record stays.`,
});

export const REDRIVE_INVOCATION = route({
  id: 'redriveInvocation',
  method: 'POST',
  path: '/v1/invocations/{id}:redrive',
  chapter: 'Invocations',
  summary: 'Run an invocation again',
  description:
    'A new invocation takes the place of one that has failed, expired or been cancelled, with the same input, settings and ' +
    'result locations. What is being run again already is not run a third time.',
  access: 'operate',
  isConfined: true,
  parameters: byId,
  answers: {
    202: {
      description: 'The invocation that runs it again.',
      headers: { location: 'Where it is described.' },
      content: { 'application/json': invocationDocument },
    },
  },
  errors: [
    'InvocationNotFound',
    'InvocationNotSettled',
    'EndpointNotFound',
    'EndpointNotReady',
    'IntakePaused',
    'StorageFull',
  ],
});

export const CANCEL_INVOCATIONS = route({
  id: 'cancelInvocations',
  method: 'POST',
  path: '/v1/invocations:cancel',
  chapter: 'Invocations',
  summary: 'Cancel many invocations',
  access: 'operate',
  isConfined: true,
  body: { schema: cancelSelection, maxBytes: MAX_BODY_BYTES },
  answers: {
    200: {
      description: 'What came of it.',
      content: {
        'application/json': z.object({
          matched,
          cancelled: z.int(),
          invocations: z.array(invocationSummary),
          refused,
        }),
      },
    },
  },
});

export const REDRIVE_INVOCATIONS = route({
  id: 'redriveInvocations',
  method: 'POST',
  path: '/v1/invocations:redrive',
  chapter: 'Invocations',
  summary: 'Run many invocations again',
  description: 'Those that are being run again already are left out.',
  access: 'operate',
  isConfined: true,
  body: { schema: redriveSelection, maxBytes: MAX_BODY_BYTES },
  answers: {
    200: {
      description: 'What came of it.',
      content: {
        'application/json': z.object({
          matched,
          redriven: z.int(),
          invocations: z.array(invocationSummary).describe('Those that run them again.'),
          refused,
        }),
      },
    },
  },
});
