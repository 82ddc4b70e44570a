import { z } from 'zod';
import type { JsonSchema } from './openapi-document.js';

/** JSON Schemas of what goes over the wire; those with a name, an `id` among their metadata, are kept in one place. */
export class SchemaCollector {
  readonly #named = new Map<string, JsonSchema>();

  /** By name, in alphabetical order. */
  get named(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Raises where two schemas bear one name. */
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
 * What is sent counts, in requests before it is read; documents in answers are the same on both sides. An answer may get
 * members that it has not today, so that nothing is closed but what says so.
 */
const OPTIONS = { target: 'draft-2020-12', io: 'input', unrepresentable: 'any', override: simplify } as const;

/** Of a time, its format says enough, and no one reads the pattern; only in JavaScript's source is a slash escaped. */
function simplify({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  const { format, pattern } = jsonSchema;
  if (format === 'date-time') delete jsonSchema['pattern'];
  else if (typeof pattern === 'string') jsonSchema['pattern'] = pattern.replaceAll(String.raw`\/`, '/');
}

/** References as they lead in a whole document. */
function refer(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refer);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === '$ref' ? [key, String(member).replace('#/$defs/', '#/components/schemas/')] : [key, refer(member)],
    ),
  );
}
