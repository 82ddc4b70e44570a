import { z } from 'zod';
import { GATES, type Gate } from '../../../core/endpoint/endpoint-gates.js';
import { hasOrderedBounds, instanceCount } from './deployment-document.js';
import { gates } from './endpoint-document.js';
import { endpointName, pageOf } from '../fields.js';
import { instance } from './instance-document.js';
import { route } from '../route.js';

const MAX_BODY_BYTES = 16_384;

const byName = z.object({ name: endpointName });
const variant = z.string().min(1, 'must not be empty').max(63, 'must have at most 63 characters').optional();
const oneOfSeveral = variant.describe('May be absent where the endpoint has one variant.');

const wantedGates = {
  schema: z.strictObject({
    intake: z.literal(true, 'must be true, or absent').optional().describe('By which new invocations come in.'),
    dispatch: z.literal(true, 'must be true, or absent').optional().describe('By which what waits gets to run.'),
  }),
  maxBytes: MAX_BODY_BYTES,
  isOptional: true,
} as const;

/** Returns the gates that a request names; both gates if it names none. */
export function gatesOf(body: z.output<typeof wantedGates.schema>): readonly Gate[] {
  const named = GATES.filter((gate) => body[gate]);
  return named.length === 0 ? GATES : named;
}

export const PAUSE_ENDPOINT = route({
  id: 'pauseEndpoint',
  method: 'POST',
  path: '/v1/endpoints/{name}:pause',
  chapter: 'Endpoints',
  summary: 'Pause intake, dispatch or both',
  description:
    'While intake is paused, new invocations are refused with 503. While dispatch is paused, what waits keeps waiting, ' +
    'nothing is launched for it, and what runs goes on. Both last until they are resumed, over updates and restarts. A body ' +
    'that names neither, or none at all, means both.',
  access: 'operate',
  parameters: byName,
  body: wantedGates,
  answers: { 200: { description: 'What is open now, and what is not.', content: { 'application/json': gates } } },
  errors: ['EndpointNotFound', 'EndpointNotReady', 'StorageFull'],
});

export const RESUME_ENDPOINT = route({
  id: 'resumeEndpoint',
  method: 'POST',
  path: '/v1/endpoints/{name}:resume',
  chapter: 'Endpoints',
  summary: 'Resume intake, dispatch or both',
  description: 'A body that names neither, or none at all, means both.',
  access: 'operate',
  parameters: byName,
  body: wantedGates,
  answers: { 200: { description: 'What is open now, and what is not.', content: { 'application/json': gates } } },
  errors: ['EndpointNotFound', 'EndpointNotReady', 'StorageFull'],
});

const bounds = { minInstances: instanceCount, maxInstances: instanceCount };

export const SET_BOUNDS = route({
  id: 'setBounds',
  method: 'PUT',
  path: '/v1/endpoints/{name}/bounds',
  chapter: 'Endpoints',
  summary: 'How many instances there may be',
  description: 'The same as `RegisterScalableTarget` of Application Auto Scaling.',
  access: 'operate',
  parameters: byName,
  body: {
    schema: z
      .strictObject({ variant: oneOfSeveral, ...bounds })
      .refine(hasOrderedBounds, { path: ['maxInstances'], error: 'must be at least minInstances' }),
    maxBytes: MAX_BODY_BYTES,
  },
  answers: {
    200: {
      description: 'The bounds as they are now.',
      content: { 'application/json': z.object({ variant: z.string(), ...bounds }) },
    },
  },
  errors: ['EndpointNotFound', 'LimitExceeded', 'StorageFull'],
});

export const WAKE_ENDPOINT = route({
  id: 'wakeEndpoint',
  method: 'POST',
  path: '/v1/endpoints/{name}:wake',
  chapter: 'Endpoints',
  summary: 'Have instances now',
  description:
    'Brings a variant to at least so many instances whatever its backlog is and its policies say. What keeps or ends them ' +
    'from then on is as ever. The scaling activity says who asked.',
  access: 'operate',
  parameters: byName,
  body: {
    schema: z.strictObject({
      variant: oneOfSeveral,
      instances: instanceCount.min(1, 'must be at least 1').optional().describe('How many at least; one unless told.'),
    }),
    maxBytes: MAX_BODY_BYTES,
    isOptional: true,
  },
  answers: {
    202: {
      description: 'What is being seen to.',
      content: { 'application/json': z.object({ variant: z.string(), instances: instanceCount }) },
    },
  },
  errors: ['EndpointNotFound', 'EndpointNotReady', 'ChangeInProgress', 'StorageFull'],
});

export const LIST_INSTANCES = route({
  id: 'listInstances',
  method: 'GET',
  path: '/v1/endpoints/{name}/instances',
  chapter: 'Endpoints',
  summary: 'Each instance, and what it does',
  access: 'read',
  parameters: byName,
  answers: {
    200: {
      description: 'All of them, on both sides of an update.',
      content: { 'application/json': pageOf(instance) },
    },
  },
  errors: ['EndpointNotFound'],
});

export const DRAIN_INSTANCE = route({
  id: 'drainInstance',
  method: 'POST',
  path: '/v1/endpoints/{name}/instances/{instanceId}:drain',
  chapter: 'Endpoints',
  summary: 'Take an instance out',
  description:
    'It takes no more, finishes what it runs and ends; one that is starting ends at once. Another takes its place where it ' +
    'is needed.',
  access: 'operate',
  parameters: z.object({
    name: endpointName,
    instanceId: z.string().min(1).max(128, 'must have at most 128 characters').describe('As `listInstances` names it.'),
  }),
  answers: { 202: { description: 'The instance.', content: { 'application/json': instance } } },
  errors: ['EndpointNotFound', 'InstanceNotFound'],
});
