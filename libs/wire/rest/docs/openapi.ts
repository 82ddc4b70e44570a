import type { z } from 'zod';
import { linksOf } from './openapi-links.js';
import type {
  Header,
  MediaType,
  MediaTypes,
  OpenApiDocument,
  Operation,
  Parameter,
  Response,
} from './openapi-document.js';
import { refusal, refusalsOf } from './openapi-problems.js';
import { SchemaCollector } from './openapi-schemas.js';
import type { Answer, Chapter, Content, RequestBody, Route } from '../route.js';

/** The setup of the API that the document describes. */
export interface Setting {
  /** Whether callers need no key. */
  readonly isOpen?: boolean;
}

/** Returns the OpenAPI 3.1 document of routes. */
export function openApiOf(routes: readonly Route[], setting: Setting = {}): OpenApiDocument {
  const schemas = new SchemaCollector();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, routes, schemas, setting);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Ebb', version: '1', description: ABOUT },
    servers: [{ url: '/' }],
    tags: Object.entries(CHAPTERS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: schemas.named, headers: HEADERS, securitySchemes: { [BEARER]: BEARER_SCHEME } },
  };
}

const ABOUT =
  'Asynchronous inference behind a durable queue. What is accepted is never lost: it waits, runs on an instance of its ' +
  'endpoint and comes to one end, of which whoever asked is told.\n\nDocuments are JSON with members in lowerCamelCase, ' +
  'times are ISO 8601 in UTC. Refusals are problem documents (RFC 9457) with a stable `code`.';

const CHAPTERS: Readonly<Record<Chapter, string>> = {
  Submitting: 'Hand in work: with its input, with the place of its input, or many at once.',
  Invocations: 'Follow, wait for, cancel and run again what was submitted, and read what came of it.',
  Progress: 'What containers tell of the work that they are at.',
  Deliveries: 'Callbacks and notifications on their way to their receivers.',
  Endpoints: 'Deploy endpoints, see how they scale and why, and operate them.',
  Logs: 'What instances have printed, and what Ebb has to say of their invocations.',
  Access: 'Who may do what: access keys, and a record of what operators did.',
  About: 'What the API says of itself.',
};

const BEARER = 'bearer';
const BEARER_SCHEME = {
  type: 'http',
  scheme: 'bearer',
  description: 'The token of an access key, `ebb_…`, as it was shown when the key was made.',
};

const wholeNumber = { type: 'integer', minimum: 0 };

const HEADERS: Readonly<Record<string, Header>> = {
  'Ebb-Request-Id': {
    required: true,
    description: 'Names the request in the log of Ebb.',
    schema: { type: 'string' },
  },
  'RateLimit-Limit': { description: 'Requests a minute; absent without a limit.', schema: wholeNumber },
  'RateLimit-Remaining': { description: 'So many may still be made at once.', schema: wholeNumber },
  'RateLimit-Reset': { description: 'Seconds until there are as many as can be.', schema: wholeNumber },
};

function operationOf(route: Route, routes: readonly Route[], schemas: SchemaCollector, { isOpen }: Setting): Operation {
  const isForAnyone = route.access === 'anyone';
  const headers = headerReferences(isForAnyone ? ['Ebb-Request-Id'] : Object.keys(HEADERS));
  const responses: [string, Response][] = [
    ...Object.entries(route.answers).map(([status, answer]): [string, Response] => {
      const links = linksOf(route, Number(status), routes);
      return [status, { ...answerOf(answer, headers, schemas), ...(links && { links }) }];
    }),
    ...[...refusalsOf(route)].map(([status, codes]): [string, Response] => [
      String(status),
      refusal(status, codes, headers, schemas),
    ]),
  ];
  return {
    operationId: route.id,
    tags: [route.chapter],
    summary: route.summary,
    description: [route.description, NEEDED[route.access]].filter(Boolean).join('\n\n'),
    security: isForAnyone ? [] : [...(isOpen ? [{}] : []), { [BEARER]: [] }],
    parameters: [
      ...parametersIn('path', route.parameters, schemas),
      ...parametersIn('query', route.query, schemas),
      ...parametersIn('header', route.headers, schemas),
    ],
    ...(route.body && { requestBody: bodyOf(route.body, schemas) }),
    responses: Object.fromEntries(responses),
  };
}

const NEEDED: Readonly<Record<Route['access'], string>> = {
  anyone: 'No key is needed.',
  submit: 'Needs a key with the role `submit` or `operate`.',
  read: 'Needs a key with the role `read` or `operate`.',
  operate: 'Needs a key with the role `operate`.',
};

function headerReferences(names: readonly string[]): Record<string, { readonly $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Headers that OpenAPI describes in other places and wants left out here. */
const DESCRIBED_ELSEWHERE: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization']);

function parametersIn(place: Parameter['in'], schema: z.ZodObject | undefined, schemas: SchemaCollector): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.of(schema) as {
    readonly properties?: Record<string, Record<string, unknown>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties)
    .filter(([name]) => place !== 'header' || !DESCRIBED_ELSEWHERE.has(name))
    .map(([name, { description, ...own }]) => ({
      name: place === 'header' ? inTitleCase(name) : name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(typeof description === 'string' && { description }),
      schema: own,
    }));
}

function inTitleCase(header: string): string {
  return header.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function bodyOf(body: RequestBody, schemas: SchemaCollector): NonNullable<Operation['requestBody']> {
  if ('schema' in body) {
    return { required: body.isOptional !== true, content: { 'application/json': { schema: schemas.of(body.schema) } } };
  }
  const { bytes, contentType, line } = body;
  const content = { [contentType]: line ? { schema: TEXT, 'x-itemSchema': schemas.of(line) } : {} };
  return { description: bytes, required: false, content };
}

function answerOf(answer: Answer, headers: Response['headers'], schemas: SchemaCollector): Response {
  const own = Object.entries(answer.headers ?? {}).map(([name, description]): [string, Header] => [
    inTitleCase(name),
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: answer.description,
    headers: { ...headers, ...Object.fromEntries(own) },
    ...(answer.content && { content: contentOf(answer.content, schemas) }),
  };
}

function contentOf(content: Readonly<Record<string, Content>>, schemas: SchemaCollector): MediaTypes {
  return Object.fromEntries(Object.entries(content).map(([type, what]) => [type, mediaTypeOf(type, what, schemas)]));
}

function mediaTypeOf(type: string, what: Content, schemas: SchemaCollector): MediaType {
  if (what === 'bytes') return type.startsWith('text/') ? { schema: TEXT } : {};
  if (what === 'events') return { schema: EVENT };
  return type.endsWith('ndjson') ? { schema: TEXT, 'x-itemSchema': schemas.of(what) } : { schema: schemas.of(what) };
}

const TEXT = { type: 'string' };

/** One event of a stream of server-sent events. */
const EVENT = {
  type: 'object',
  properties: {
    id: { type: 'string', description: 'For `Last-Event-ID`, to go on after it.' },
    event: { type: 'string', description: 'What kind it is of.' },
    data: { type: 'string', description: 'A JSON document, or text.' },
  },
};
