import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCursor } from './cursor.js';
import { wholeNumber } from './fields.js';
import { labels } from './invocation/labels.js';
import { BrokenRules } from './problem.js';
import { readRequest } from './read-request.js';
import { route } from './route.js';

const ROUTE = route({
  id: 'test',
  method: 'POST',
  path: '/v1/things/{id}',
  chapter: 'About',
  summary: 'A test',
  access: 'anyone',
  parameters: z.object({ id: z.string().max(3, 'must have at most 3 characters') }),
  query: z.strictObject({ limit: wholeNumber(1, 10).optional() }),
  headers: z.object({ wait: wholeNumber(0, 5).optional() }),
  body: { schema: z.strictObject({ labels: labels.optional(), size: z.int().optional() }), maxBytes: 1000 },
  answers: { 200: { description: 'It went well.' } },
});

const RAW = { parameters: { id: 'a' }, query: {}, headers: {}, body: {} };

function brokenIn(change: object): readonly { readonly field: string; readonly rule: string }[] {
  try {
    readRequest(ROUTE, { ...RAW, ...change });
  } catch (error) {
    if (error instanceof BrokenRules) return error.errors;
    throw error;
  }
  return [];
}

describe('a request', () => {
  it('is read as its route describes it, and other headers are ignored', () => {
    const raw = { ...RAW, query: { limit: '7' }, headers: { wait: '2', host: 'x' }, body: { labels: { a: 'b' } } };
    expect(readRequest(ROUTE, raw)).toEqual({
      parameters: { id: 'a' },
      query: { limit: 7 },
      headers: { wait: 2 },
      body: { labels: { a: 'b' } },
    });
  });

  it('is refused with every rule that it breaks, and the place of each', () => {
    const change = { parameters: { id: 'long' }, query: { limit: '11', page: '1' }, headers: { wait: 'x' } };
    expect(brokenIn({ ...change, body: { size: 1.5, colour: 'red' } })).toEqual([
      { field: 'path.id', rule: 'must have at most 3 characters' },
      { field: 'query.page', rule: 'there is no such parameter here' },
      { field: 'query.limit', rule: 'must be a whole number from 1 to 10' },
      { field: 'header.wait', rule: 'must be a whole number from 0 to 5' },
      { field: 'body.size', rule: expect.stringContaining('int') },
      { field: 'body.colour', rule: 'there is no such parameter here' },
    ]);
  });

  it('is refused with the rule that the name of a member breaks', () => {
    expect(brokenIn({ body: { labels: { 'a b': 'c' } } })).toEqual([
      { field: 'body.labels.a b', rule: expect.stringMatching(/^a name must be letters, digits/) },
    ]);
  });
});

it('refuses a cursor that no listing returned in the wording of listings', () => {
  expect(() => readCursor('nonsense')).toThrow('query.cursor: must be the nextCursor of an earlier page.');
  expect(readCursor(undefined)).toBeUndefined();
});
