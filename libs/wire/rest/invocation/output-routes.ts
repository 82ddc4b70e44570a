import { z } from 'zod';
import { flag, invocationId } from '../fields.js';
import { route } from '../route.js';

const parameters = z.object({ id: invocationId });
const headers = z.object({
  range: z.string().max(128, 'must have at most 128 characters').optional().describe('One range of bytes.'),
});
const query = z.strictObject({
  redirect: flag.optional().describe('Answer with a redirect to storage, where that has an address of its own.'),
});

const HEADERS = { etag: 'Of the object.', 'content-range': 'Where a range was asked for.' };
const answers = (what: string) =>
  ({
    200: { description: what, headers: HEADERS, content: { '*/*': 'bytes' } },
    206: { description: 'A range of it.', headers: HEADERS, content: { '*/*': 'bytes' } },
    303: { description: 'It is to be had there.', headers: { location: 'A presigned address, good for an hour.' } },
  }) as const;

const COMMON = {
  method: 'GET',
  chapter: 'Invocations',
  access: 'submit',
  isConfined: true,
  parameters,
  query,
  headers,
} as const;
const ERRORS = ['InvocationNotFound', 'ObjectNotFound', 'BucketNotFound', 'InvalidRange'] as const;

export const GET_OUTPUT = route({
  ...COMMON,
  id: 'getOutput',
  path: '/v1/invocations/{id}/output',
  summary: 'The output',
  answers: answers('The output, as the model gave it.'),
  errors: [...ERRORS, 'InvocationNotSettled', 'InvocationFailed'],
});

export const GET_INPUT = route({
  ...COMMON,
  id: 'getInput',
  path: '/v1/invocations/{id}/input',
  summary: 'The input',
  answers: answers('The input, as it was handed in.'),
  errors: ERRORS,
});

export const GET_FAILURE = route({
  ...COMMON,
  id: 'getFailure',
  path: '/v1/invocations/{id}/failure',
  summary: "The model's own words about its failure",
  description: 'Or a reason of Ebb, where the model has said nothing. Endpoints without a failure path keep none.',
  answers: answers('The failure object.'),
  errors: [...ERRORS, 'InvocationNotSettled'],
});
