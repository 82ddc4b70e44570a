import { escapeHtml, inlineHtml } from './html.js';
import type { JsonSchema } from './openapi-document.js';

/** Returns the kind of a value in a few words. */
export function kindHtml(schema: JsonSchema | undefined): string {
  if (!schema) return 'bytes';
  const { $ref, const: constant, enum: allowed, type, items } = schema;
  if (typeof $ref === 'string') return `<a href="#schema-${nameOf($ref)}">${nameOf($ref)}</a>`;
  if (constant !== undefined) return value(constant);
  if (Array.isArray(allowed)) return allowed.map(value).join(' or ');
  const choices = choicesOf(schema);
  if (choices) return [...new Set(choices.map(kindHtml))].join(' or ');
  if (type === 'array') return `list of ${kindHtml(items as JsonSchema)}${limits(schema, 'Items')}`;
  const values = schema['additionalProperties'];
  if (typeof values === 'object' && values !== null) return `by name: ${kindHtml(values as JsonSchema)}`;
  return WORDS[String(schema['format'])] ?? `${WORDS[String(type)] ?? 'anything'}${rangeOf(schema)}`;
}

/** The side that a document comes from: the caller or Ebb. */
export type Side = 'asked' | 'answered';

/** Returns a table of a document's members. Members of inner documents appear with their path. */
export function membersHtml(schema: JsonSchema, side: Side): string {
  const rows = rowsOf(schema, side, '');
  return rows.length === 0 ? '' : `<table>${rows.join('\n')}</table>`;
}

/** Returns one row of a table: a name, its presence, its kind and its meaning. */
export function rowHtml(name: string, schema: JsonSchema, presence: string, description: unknown): string {
  const usual = schema['default'] === undefined ? '' : `; ${value(schema['default'])} unless told`;
  const text = typeof description === 'string' ? `<p>${inlineHtml(description)}</p>` : '';
  return (
    `<tr><td><code>${escapeHtml(name)}</code> ${presence}</td>` +
    `<td><span class="soft">${kindHtml(schema)}${usual}</span>${text}</td></tr>`
  );
}

/** Marks required members for callers, and optional members for readers. */
export function presenceHtml(isRequired: boolean, side: Side): string {
  if (side === 'asked') return isRequired ? '<span class="needed">needed</span>' : '';
  return isRequired ? '' : '<span class="optional">not always</span>';
}

const WORDS: Readonly<Record<string, string>> = {
  'date-time': 'time',
  integer: 'whole number',
  number: 'number',
  string: 'text',
  boolean: '<code>true</code> or <code>false</code>',
  object: 'document',
  null: '<code>null</code>',
};

function rowsOf(schema: JsonSchema, side: Side, prefix: string): string[] {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as readonly string[];
  const own = Object.entries(properties).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const inside = member['type'] === 'array' ? (member['items'] as JsonSchema) : member;
    const step = member['type'] === 'array' ? '[].' : '.';
    return [
      rowHtml(path, member, presenceHtml(required.includes(name), side), member['description']),
      ...(inside ? rowsOf(inside, side, `${path}${step}`) : []),
    ];
  });
  return [...own, ...(choicesOf(schema) ?? []).flatMap((choice) => rowsOf(choice, side, prefix))];
}

function choicesOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  return (schema['oneOf'] ?? schema['anyOf']) as readonly JsonSchema[] | undefined;
}

function rangeOf(schema: JsonSchema): string {
  // Readers do not need the limits of JavaScript's integers.
  const minimum = schema['minimum'] === Number.MIN_SAFE_INTEGER ? undefined : schema['minimum'];
  const maximum = schema['maximum'] === Number.MAX_SAFE_INTEGER ? undefined : schema['maximum'];
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, ${minimum} or more`;
  return maximum === undefined ? limits(schema, 'Length') : `, ${maximum} at most`;
}

function limits(schema: JsonSchema, of: 'Length' | 'Items'): string {
  const most = schema[`max${of}`];
  if (most === undefined) return '';
  return of === 'Length' ? `, ${most} characters at most` : `, ${most} at most`;
}

function value(constant: unknown): string {
  return `<code>${escapeHtml(typeof constant === 'string' ? constant : JSON.stringify(constant))}</code>`;
}

function nameOf(reference: string): string {
  return escapeHtml(reference.split('/').at(-1)!);
}
