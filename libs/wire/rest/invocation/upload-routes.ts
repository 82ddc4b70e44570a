import { z } from 'zod';
import { endpointName, time } from '../fields.js';
import { route } from '../route.js';
import { submissionFields } from './submission-fields.js';

const MAX_BODY_BYTES = 8_192;
/** The upload URL contains the content type, and its path must not become too long. */
const MAX_TYPE_LENGTH = 255;

const ticketRequest = z.strictObject({
  contentType: submissionFields.contentType
    .min(1, 'must not be empty')
    .max(MAX_TYPE_LENGTH, `must have at most ${MAX_TYPE_LENGTH} characters`)
    .optional()
    .describe('The upload then has to be of this type.'),
});

const ticket = z
  .object({
    inputLocation: z.string().describe('What to submit as `Input-Location` when the upload is done.'),
    uploadUrl: z.string().describe('Where to put the input. Whoever has it may, and needs no key.'),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()).describe('What to send with it.'),
    expiresAt: time.describe('When it has to have begun.'),
  })
  .meta({ id: 'UploadTicket' });

export const CREATE_UPLOAD = route({
  id: 'createUpload',
  method: 'POST',
  path: '/v1/endpoints/{name}/uploads',
  chapter: 'Submitting',
  summary: 'Get an address to upload an input to',
  description:
    'For inputs that are uploaded before they are submitted, or by somebody else. Where objects lie in S3 the upload goes ' +
    'there; otherwise to Ebb. An upload that is made again replaces the one before.',
  access: 'submit',
  parameters: z.object({ name: endpointName }),
  body: { schema: ticketRequest, maxBytes: MAX_BODY_BYTES, isOptional: true },
  answers: { 201: { description: 'The address.', content: { 'application/json': ticket } } },
  errors: [
    'EndpointNotFound',
    'EndpointNotReady',
    'WrongInferenceType',
    'IntakePaused',
    'BodyTooLarge',
    'UnsupportedContentType',
  ],
});

export const PUT_UPLOAD = route({
  id: 'putUpload',
  method: 'PUT',
  path: '/v1/uploads/{token}',
  chapter: 'Submitting',
  summary: 'Upload an input',
  description: 'At an address that `createUpload` made. The body may be of up to 1 GiB.',
  access: 'anyone',
  parameters: z.object({ token: z.string().max(1024) }),
  headers: z.object({ 'content-type': submissionFields.contentType.optional() }),
  body: { bytes: 'The input, as the model reads it.', contentType: '*/*' },
  answers: { 200: { description: 'It is stored.', headers: { etag: 'Of the stored object.' } } },
  errors: ['AccessDenied', 'BucketNotFound', 'BodyTooLarge', 'UnsupportedContentType', 'StorageFull'],
});
