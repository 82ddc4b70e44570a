import { z } from 'zod';
import type { JsonSchema } from './openapi-document.js';

/**
 * Collects the JSON Schemas of requests and answers. A schema with a name, the `id` in its metadata, is kept in one
 * place.
 */
export class SchemaCollector {
  readonly #named = new Map<string, JsonSchema>();

  /** The named schemas, in alphabetical order. */
  get named(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Returns the JSON Schema of a schema. Raises an error if two schemas have the same name. */
  of(schema: z.ZodType): JsonSchema {
    const { $schema: _dialect, $defs, ...own } = refer(z.toJSONSchema(schema, OPTIONS)) as JsonSchema;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
      this.#add(name, definition);
    }
    return own;
  }

  #add(name: string, definition: JsonSchema): void {
    const known = this.#named.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new Error(`Two schemas are called '${name}'.`);
    }
    this.#named.set(name, definition);
  }
}

/**
 * Describes requests as sent, before they are read; documents in answers are the same on both sides. Answers may get
 * new members later, so a schema is closed only if it says so.
 */
const OPTIONS = { target: 'draft-2020-12', io: 'input', unrepresentable: 'any', override: simplify } as const;

/**
 * Removes the pattern of a time, because its format says enough, and unescapes slashes, which only JavaScript's source
 * escapes.
 */
function simplify({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  const { format, pattern } = jsonSchema;
  if (format === 'date-time') delete jsonSchema['pattern'];
  else if (typeof pattern === 'string') jsonSchema['pattern'] = pattern.replaceAll(String.raw`\/`, '/');
}

/** Rewrites references to lead into the whole document. */
function refer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refer);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === '$ref' ? [key, String(member).replace('#/$defs/', '#/components/schemas/')] : [key, refer(member)],
    ),
  );
}
