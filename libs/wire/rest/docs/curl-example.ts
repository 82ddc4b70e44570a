import type { JsonSchema, OpenApiDocument, Operation, Parameter } from './openapi-document.js';

type Schemas = OpenApiDocument['components']['schemas'];

/**
 * Returns the shell command that calls an operation. `EBB` is the address of Ebb, and `EBB_TOKEN` the token of a key.
 */
export function curlExample(method: string, path: string, operation: Operation, schemas: Schemas): string {
  const isForAnyone = operation.security.length === 0;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => inPath(name, operation.parameters));
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  return [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$EBB${filled}${queryOf(operation, schemas)}"`,
    ...(isForAnyone ? [] : ['-H "Authorization: Bearer $EBB_TOKEN"']),
    ...(content ? bodyOf(content[0], content[1]['x-itemSchema'] ?? content[1].schema, schemas) : []),
  ].join(' \\\n  ');
}

/** Returns a document that fits a schema: its required members, or its first member if none is required. */
export function sampleOf(schema: JsonSchema, schemas: Schemas): unknown {
  const { $ref, const: constant, examples, default: usual, enum: allowed, oneOf, anyOf, type } = schema;
  if (Array.isArray(examples)) return examples[0];
  if (typeof $ref === 'string') return sampleOf(schemas[$ref.split('/').at(-1)!]!, schemas);
  if (constant !== undefined) return constant;
  if (usual !== undefined) return usual;
  if (Array.isArray(allowed)) return allowed[0];
  if (type === 'object') return documentOf(schema, schemas);
  if (type === 'array') return [sampleOf((schema['items'] ?? {}) as JsonSchema, schemas)];
  const [choice] = (oneOf ?? anyOf ?? []) as readonly JsonSchema[];
  return choice ? sampleOf(choice, schemas) : plainSample(schema);
}

function documentOf(schema: JsonSchema, schemas: Schemas): object {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = (schema['required'] ?? []) as readonly string[];
  const shown = required.length > 0 ? properties.filter(([name]) => required.includes(name)) : properties.slice(0, 1);
  return Object.fromEntries(shown.map(([name, member]) => [name, sampleOf(member, schemas)]));
}

function plainSample({ type, format, minimum }: JsonSchema): unknown {
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  return format === 'date-time' ? '2026-01-31T12:00:00Z' : 'text';
}

/** Returns an example, or a variable of the shell, such as `$ID` for an id that another answer returned. */
function inPath(name: string, parameters: readonly Parameter[]): string {
  const [example] = (parameters.find((parameter) => parameter.name === name)?.schema['examples'] ?? []) as string[];
  return example ?? `$${name.replace(/(?=[A-Z])/g, '_').toUpperCase()}`;
}

function queryOf({ parameters }: Operation, schemas: Schemas): string {
  const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  if (required.length === 0) return '';
  const pairs = required.map(({ name, schema }) => `${name}=${encodeURIComponent(String(sampleOf(schema, schemas)))}`);
  return `?${pairs.join('&')}`;
}

function bodyOf(contentType: string, schema: JsonSchema | undefined, schemas: Schemas): string[] {
  if (!schema) {
    const type = contentType === '*/*' ? 'application/octet-stream' : contentType;
    return [`-H 'Content-Type: ${type}'`, '--data-binary @input'];
  }
  const sample = JSON.stringify(sampleOf(schema, schemas)).replaceAll("'", String.raw`'\''`);
  return [`-H 'Content-Type: ${contentType}'`, `-d '${sample}'`];
}
