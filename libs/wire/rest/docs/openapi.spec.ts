import { describe, expect, it } from 'vitest';
import { ALL_ROUTES } from '../all-routes.js';
import { sampleOf } from './curl-example.js';
import { docsPage } from './docs-page.js';
import { openApiOf } from './openapi.js';
import { LINKING_ROUTES } from './openapi-links.js';
import type { JsonSchema, Operation } from './openapi-document.js';
import { parametersOf } from '../route-paths.js';

const document = openApiOf(ALL_ROUTES);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const named = operations.map((entry) => [entry.operation.operationId, entry] as const);

describe('the OpenAPI document', () => {
  it('has every route, each with an id of its own', () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(ALL_ROUTES.length);
  });

  it.each(named)('of %s has a schema for every name in its path, and for no other name', (_id, { path, operation }) => {
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath.sort()).toEqual(parametersOf(path).sort());
  });

  it.each(named)(
    'of %s accepts only named members in a request, so that misspelt ones are refused',
    (_id, { operation }) => {
      const { schema } = operation.requestBody?.content['application/json'] ?? {};
      expect(schema ? openDocuments(schema) : []).toEqual([]);
    },
  );

  it.each(named)('of %s has an example that the route accepts', (id, { operation }) => {
    const { body } = ALL_ROUTES.find((route) => route.id === id)!;
    const { schema } = operation.requestBody?.content['application/json'] ?? {};
    const sample = schema && sampleOf(schema, document.components.schemas);
    const result = body && 'schema' in body ? body.schema.safeParse(sample) : undefined;
    expect(result?.error?.issues ?? []).toEqual([]);
  });

  it.each(named)('of %s links only to operations that exist', (_id, { operation }) => {
    const ids = new Set(operations.map((other) => other.operation.operationId));
    expect(linkedFrom(operation).filter((id) => !ids.has(id))).toEqual([]);
  });

  it.each(named)('of %s describes each parameter', (_id, { operation }) => {
    const plain = new Set(['id', 'name', 'token']);
    const untold = operation.parameters.filter(({ name, description }) => !description && !plain.has(name));
    expect(untold.map(({ name }) => name)).toEqual([]);
  });

  it('gives every schema a proper name', () => {
    expect(Object.keys(document.components.schemas).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
  });

  it('has links from every route that is to have some, and from no other', () => {
    const linking = operations.filter(({ operation }) => linkedFrom(operation).length > 0);
    const makers = linking.map(({ operation }) => operation.operationId);
    expect(makers.sort()).toEqual([...LINKING_ROUTES].sort());
  });

  it('refers only to components that it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
    const components = document.components as unknown as Record<string, Record<string, unknown>>;
    expect(references.filter(([, kind, name]) => !components[kind!]?.[name!]).map(([text]) => text)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('#/$defs/');
  });

  it('names the codes that each refusal may have', () => {
    const { responses } = document.paths['/v1/keys/{id}']!['get']!;
    const { schema } = responses['404']!.content!['application/problem+json']!;
    expect(schema).toMatchObject({
      $ref: '#/components/schemas/Problem',
      properties: { status: { const: 404 }, code: { enum: ['AccessKeyNotFound', 'UnknownOperation'] } },
    });
  });

  it('asks for a key only if one is required', () => {
    const open = openApiOf(ALL_ROUTES, { isOpen: true });
    expect(document.paths['/v1/keys']!['get']!.security).toEqual([{ bearer: [] }]);
    expect(open.paths['/v1/keys']!['get']!.security).toEqual([{}, { bearer: [] }]);
    expect(open.paths['/v1/docs']!['get']!.security).toEqual([]);
  });
});

describe('the page made from the OpenAPI document', () => {
  const page = docsPage(document);

  it('runs no script and loads nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import| on\w+=/i);
  });

  it('has a target for each link within it', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!));
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]!);
    expect(anchors.filter((anchor) => !ids.has(anchor))).toEqual([]);
    expect(anchors).toEqual(expect.arrayContaining(operations.map(({ operation }) => operation.operationId)));
  });
});

/** Returns the paths at which a schema accepts members that it does not name, without saying so. */
function openDocuments(schema: JsonSchema, path = 'body'): string[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const inside = properties.flatMap(([name, member]) => openDocuments(member, `${path}.${name}`));
  const choices = ((schema['oneOf'] ?? schema['anyOf'] ?? []) as JsonSchema[]).flatMap((one) =>
    openDocuments(one, path),
  );
  const items = schema['items'] ? openDocuments(schema['items'] as JsonSchema, `${path}[]`) : [];
  const isOpen = schema['properties'] !== undefined && schema['additionalProperties'] === undefined;
  return [...(isOpen ? [path] : []), ...inside, ...choices, ...items];
}

function linkedFrom({ responses }: Operation): string[] {
  return Object.values(responses).flatMap(({ links }) =>
    Object.values(links ?? {}).map(({ operationId }) => operationId),
  );
}
