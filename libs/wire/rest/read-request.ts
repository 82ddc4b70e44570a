import type { z } from 'zod';
import { type BrokenRule, BrokenRules } from './problem.js';
import type { Request, Route } from './route.js';

/** A request as the web server passes it on: all values are text, except a body that was JSON. */
export interface RawRequest {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Checks a request against its route. Raises `InvalidRequest` with every broken rule. */
export function readRequest<R extends Route>(route: R, raw: RawRequest): Request<R> {
  const broken: BrokenRule[] = [];
  const read = (where: string, schema: z.ZodType | undefined, value: unknown): unknown => {
    if (!schema) return {};
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) broken.push(...rulesOf(where, issue));
    return undefined;
  };
  const body = route.body && 'schema' in route.body ? route.body : undefined;
  const request = {
    parameters: read('path', route.parameters, raw.parameters),
    query: read('query', route.query, knownOf(route.query, raw.query, broken)),
    headers: read('header', route.headers, raw.headers),
    body: body && read('body', body.schema, raw.body),
  };
  if (broken.length > 0) throw new BrokenRules(broken);
  return request as Request<R>;
}

/** Reports query parameters that the route does not name as broken rules, even if its schema would accept them. */
function knownOf(schema: z.ZodObject | undefined, query: RawRequest['query'], broken: BrokenRule[]): object {
  const [known, unknown] = [{} as Record<string, unknown>, [] as string[]];
  for (const [name, value] of Object.entries(query)) {
    if (schema && Object.hasOwn(schema.shape, name)) known[name] = value;
    else unknown.push(name);
  }
  broken.push(...unknown.map((name) => ({ field: `query.${name}`, rule: UNKNOWN })));
  return known;
}

const UNKNOWN = 'there is no such parameter here';

function rulesOf(where: string, issue: z.core.$ZodIssue): BrokenRule[] {
  const field = [where, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ field: `${field}.${key}`, rule: UNKNOWN }));
  // A wrong name of a member is reported under that member, with the rule that the name breaks.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ field, rule: message }));
  return [{ field, rule: issue.message }];
}
