import { escapeHtml, inlineHtml } from './html.js';
import type { JsonSchema } from './openapi-document.js';

/** What a value may be, in a few words. */
export function kindHtml(schema: JsonSchema | undefined): string {
  if (!schema) return 'bytes';
  const { $ref, const: constant, enum: allowed, type, items } = schema;
  if (typeof $ref === 'string') return `<a href="#schema-${nameOf($ref)}">${nameOf($ref)}</a>`;
  if (constant !== undefined) return value(constant);
  if (Array.isArray(allowed)) return allowed.map(value).join(' or ');
  const choices = choicesOf(schema);
  if (choices) return [...new Set(choices.map(kindHtml))].join(' or ');
  if (type === 'array') return `list of ${kindHtml(items as JsonSchema)}${limits(schema, 'Items')}`;
  return WORDS[String(schema['format'])] ?? `${WORDS[String(type)] ?? 'anything'}${rangeOf(schema)}`;
}

/** The members of a document, those of documents inside it with their path. */
export function membersHtml(schema: JsonSchema): string {
  const rows = rowsOf(schema, '');
  return rows.length === 0 ? '' : `<table>${rows.join('\n')}</table>`;
}

/** One row of a table: a name, what it may be, and what it means. */
export function rowHtml(name: string, schema: JsonSchema, isNeeded: boolean, description: unknown): string {
  const needed = isNeeded ? ' <span class="needed">needed</span>' : '';
  const defaults =
    schema['default'] === undefined ? '' : ` <span class="soft">${value(schema['default'])} unless told</span>`;
  const text = typeof description === 'string' ? `<p>${inlineHtml(description)}</p>` : '';
  return (
    `<tr><td><code>${escapeHtml(name)}</code>${needed}</td>` +
    `<td><span class="soft">${kindHtml(schema)}</span>${defaults}${text}</td></tr>`
  );
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

function rowsOf(schema: JsonSchema, prefix: string): string[] {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as readonly string[];
  const own = Object.entries(properties).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const inside = member['type'] === 'array' ? (member['items'] as JsonSchema) : member;
    const step = member['type'] === 'array' ? '[].' : '.';
    return [
      rowHtml(path, member, required.includes(name), member['description']),
      ...(inside ? rowsOf(inside, `${path}${step}`) : []),
    ];
  });
  return [...own, ...(choicesOf(schema) ?? []).flatMap((choice) => rowsOf(choice, prefix))];
}

function choicesOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  return (schema['oneOf'] ?? schema['anyOf']) as readonly JsonSchema[] | undefined;
}

function rangeOf(schema: JsonSchema): string {
  const { minimum, maximum } = schema;
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
