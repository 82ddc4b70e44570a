import type { Route } from './route.js';

const VERB = /^(\/v1\/[^?]*[^/?])(?::|%3[Aa])([a-z-]+)(?=\?|$)/;

/**
 * The address of a request as it is routed: a verb is a last part of its own that begins with a colon, which no other part
 * does. `/v1/invocations/7:cancel` comes to `/v1/invocations/7/:cancel`.
 */
export function withVerbAsPart(url: string): string {
  return url.replace(VERB, '$1/:$2');
}

/** Whether the path, as it is routed, ends in a verb. */
export function endsInVerb(path: string): boolean {
  return /\/:[^/]*$/.test(path);
}

/** The methods that routes have at a path, as it is routed; none where there is no route at all. */
export function methodsAt(routes: readonly Route[], path: string): string[] {
  return routes.filter((route) => pathPattern(route.path).test(path)).flatMap(methodsOf);
}

/** What can be read can be asked for its head, but for streams, which have none before they begin. */
function methodsOf({ method, answers }: Route): string[] {
  const mayStream = Object.values(answers).some(({ content }) => Object.values(content ?? {}).includes('events'));
  return method === 'GET' && !mayStream ? ['GET', 'HEAD'] : [method];
}

/** The route that answers a method at an address, a query or not. */
export function routeAt(routes: readonly Route[], method: string, url: string): Route | undefined {
  const [path = ''] = withVerbAsPart(url).split('?', 1);
  const found = routes.filter((route) => methodsOf(route).includes(method) && pathPattern(route.path).test(path));
  // A name that is spelled out comes before a parameter.
  return found.sort((a, b) => parametersOf(a.path).length - parametersOf(b.path).length)[0];
}

/** The names of a path's parameters, in their order. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

function pathPattern(path: string): RegExp {
  const pattern = withVerbAsPart(path)
    .split(/\{\w+\}/)
    .map((text) => text.replace(/[.]/g, '\\.'))
    .join('(?!:)[^/]+');
  return new RegExp(`^${pattern}$`);
}
