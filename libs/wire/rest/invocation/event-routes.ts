import { z } from 'zod';
import { invocationId } from '../fields.js';
import { route } from '../route.js';

export const FOLLOW_INVOCATION = route({
  id: 'followInvocation',
  method: 'GET',
  path: '/v1/invocations/{id}/events',
  chapter: 'Invocations',
  summary: 'Follow an invocation',
  description:
    'Server-sent events: `state` for each state that it has been in and comes to, `progress` and `partial` for what its ' +
    'container tells. The stream ends with the invocation. Whoever goes on with the last `id` as `Last-Event-ID` misses no ' +
    'state, and what containers told within the last minutes.',
  access: 'submit',
  isConfined: true,
  parameters: z.object({ id: invocationId }),
  headers: z.object({
    'last-event-id': z.string().max(128, 'must have at most 128 characters').optional().describe('To go on after it.'),
  }),
  answers: { 200: { description: 'The events.', content: { 'text/event-stream': 'events' } } },
  errors: ['InvocationNotFound'],
});
