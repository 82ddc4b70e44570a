import { isDeepStrictEqual } from 'node:util';
import { ALL_ROUTES } from '../../libs/wire/rest/all-routes.js';
import { problemDocument, refusalsOf } from '../../libs/wire/rest/docs/openapi-problems.js';
import { PROBLEM_CONTENT_TYPE } from '../../libs/wire/rest/problem.js';
import { routeAt } from '../../libs/wire/rest/route-paths.js';
import type { Content, Route } from '../../libs/wire/rest/route.js';

export interface GivenAnswer {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  /** Read only where the answer is a document. */
  document(): Promise<unknown>;
}

/** Statuses that tell of no route at all, or of another method. */
const WITHOUT_ROUTE: ReadonlySet<number> = new Set([204, 400, 401, 404, 405]);

/** Raises unless an answer of the REST API is one that its route describes, to the last member. */
export async function expectDocumented(answer: GivenAnswer): Promise<void> {
  const route = routeAt(ALL_ROUTES, answer.method, answer.url);
  const wrong = route ? await deviationOf(route, answer) : withoutRoute(answer);
  if (wrong) throw new Error(`${answer.method} ${answer.url} answered ${answer.status}, and ${wrong}.`);
}

async function deviationOf(route: Route, answer: GivenAnswer): Promise<string | undefined> {
  const described = route.answers[answer.status];
  if (!described) return refusalDeviation(route, answer);
  const type = answer.contentType.split(';', 1)[0]!;
  const content = described.content?.[type] ?? described.content?.['*/*'];
  if (!content) return described.content || type ? `'${type}' is not among its content types` : undefined;
  return contentDeviation(content, answer);
}

async function contentDeviation(content: Content, answer: GivenAnswer): Promise<string | undefined> {
  const isDocument = content !== 'bytes' && content !== 'events' && answer.contentType.includes('json');
  if (!isDocument || answer.method === 'HEAD' || answer.contentType.includes('ndjson')) return undefined;
  const document = await answer.document();
  const { success, data, error } = content.safeParse(document);
  if (!success) return `its document is not as described: ${error.message}`;
  // Members that no schema names are left out of what it reads.
  if (!isDeepStrictEqual(data, document)) {
    return `its document has more than is described: ${JSON.stringify(document)} where ${JSON.stringify(data)} is`;
  }
  return undefined;
}

async function refusalDeviation(route: Route, answer: GivenAnswer): Promise<string | undefined> {
  const codes = refusalsOf(route).get(answer.status);
  if (!codes) return 'this status is not described';
  if (!answer.contentType.startsWith(PROBLEM_CONTENT_TYPE))
    return `it is '${answer.contentType}' rather than a problem`;
  if (answer.method === 'HEAD') return undefined;
  const { data, error } = problemDocument.safeParse(await answer.document());
  if (!data) return `its problem is not as described: ${error?.message}`;
  return codes.some((code) => code === data.code) ? undefined : `the code ${data.code} is not described`;
}

function withoutRoute({ status }: GivenAnswer): string | undefined {
  return WITHOUT_ROUTE.has(status) ? undefined : 'no route is described there';
}
