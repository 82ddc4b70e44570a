import { z } from 'zod';
import { MAX_PARTIAL_BYTES } from '../../../core/invocation/progress.js';
import { route } from '../route.js';

const MAX_REPORT_BYTES = 16_384;

const byToken = z.object({ token: z.string().min(1).max(512, 'must have at most 512 characters') });

const GIVEN =
  'The address is handed to the container with each request, in the header `Ebb-Progress-Url`. It is good for as long as ' +
  'that attempt runs, and for nothing else; no other credentials are needed.';

export const REPORT_PROGRESS = route({
  id: 'reportProgress',
  method: 'POST',
  path: '/v1/progress/{token}',
  chapter: 'Progress',
  summary: 'Tell how far the work has come',
  description: `${GIVEN} At most fifty reports a second are taken.`,
  access: 'anyone',
  parameters: byToken,
  body: {
    schema: z.strictObject({
      progress: z.number().min(0).max(1).optional().describe('0 to 1.'),
      message: z.string().max(1024, 'must have at most 1024 characters').optional(),
      data: z.unknown().optional().describe('Anything else that those who follow may want to know.'),
    }),
    maxBytes: MAX_REPORT_BYTES,
  },
  answers: { 204: { description: 'It was taken.' } },
  errors: ['AccessDenied', 'BodyTooLarge', 'UnsupportedContentType', 'TooManyRequests'],
});

export const REPORT_PARTIAL = route({
  id: 'reportPartial',
  method: 'POST',
  path: '/v1/progress/{token}/partial',
  chapter: 'Progress',
  summary: 'Hand over a part of the result',
  description: `${GIVEN} A part has ${MAX_PARTIAL_BYTES} bytes at most, and goes to those who follow the invocation.`,
  access: 'anyone',
  parameters: byToken,
  headers: z.object({ 'content-type': z.string().max(255).optional() }),
  body: { bytes: 'The part.', contentType: '*/*' },
  answers: { 204: { description: 'It was taken.' } },
  errors: ['AccessDenied', 'BodyTooLarge', 'TooManyRequests'],
});
