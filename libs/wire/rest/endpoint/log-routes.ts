import { z } from 'zod';
import { endpointName } from '../fields.js';
import { logPage, logParameters, logStreams } from './log-document.js';
import { route } from '../route.js';

const byName = z.object({ name: endpointName });

export const GET_LOGS = route({
  id: 'getLogs',
  method: 'GET',
  path: '/v1/endpoints/{name}/logs',
  chapter: 'Logs',
  summary: 'What instances have printed',
  description:
    'And what Ebb has to say of their invocations; also after the end of the instance and of the endpoint. With `follow`, ' +
    'the last event of what came at once bears an id: whoever goes on with it as `Last-Event-ID` misses nothing.',
  access: 'read',
  parameters: byName,
  query: logParameters,
  headers: z.object({
    'last-event-id': z.string().max(512, 'must have at most 512 characters').optional().describe('With `follow` only.'),
  }),
  answers: {
    200: {
      description: 'A page, oldest first, or its lines as they come.',
      content: { 'application/json': logPage, 'text/event-stream': 'events' },
    },
  },
  errors: ['EndpointNotFound', 'InvalidNextToken'],
});

export const LIST_LOG_STREAMS = route({
  id: 'listLogStreams',
  method: 'GET',
  path: '/v1/endpoints/{name}/logs/streams',
  chapter: 'Logs',
  summary: 'Which logs are kept',
  access: 'read',
  parameters: byName,
  answers: { 200: { description: 'The latest written first.', content: { 'application/json': logStreams } } },
  errors: ['EndpointNotFound'],
});
