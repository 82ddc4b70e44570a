import { z } from 'zod';
import { PROBLEMS, isProblemCode, kebab } from '../problem.js';
import { route } from '../route.js';

const CODES = new Map(
  Object.keys(PROBLEMS)
    .filter(isProblemCode)
    .map((code) => [kebab(code), code]),
);

export const GET_OPENAPI = route({
  id: 'getOpenApi',
  method: 'GET',
  path: '/v1/openapi.json',
  chapter: 'About',
  summary: 'This description',
  description: 'The OpenAPI 3.1 document of all of `/v1`, made from the schemas that requests are checked by.',
  access: 'anyone',
  answers: {
    200: {
      description: 'The document.',
      content: { 'application/json': z.looseObject({ openapi: z.string(), info: z.looseObject({}) }) },
    },
  },
});

export const GET_DOCS = route({
  id: 'getDocs',
  method: 'GET',
  path: '/v1/docs',
  chapter: 'About',
  summary: 'This description, to be read',
  description: 'One page of HTML that needs no network and runs no program.',
  access: 'anyone',
  answers: { 200: { description: 'The page.', content: { 'text/html': 'bytes' } } },
});

export const GET_ERROR = route({
  id: 'getError',
  method: 'GET',
  path: '/v1/errors/{code}',
  chapter: 'About',
  summary: 'What a problem means',
  description: 'The page that the `type` of a problem document leads to: what it means, why it happens and what to do.',
  access: 'anyone',
  parameters: z.object({
    code: z
      .enum([...CODES.keys()], { error: 'must be the code of a problem, such as invalid-request' })
      .meta({ examples: ['invalid-request'] })
      .transform((code) => CODES.get(code)!)
      .describe('A problem code in kebab case.'),
  }),
  answers: { 200: { description: 'The page.', content: { 'text/html': 'bytes' } } },
});
