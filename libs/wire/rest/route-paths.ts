import type { Route } from './route.js';

const VERB = /^(\/v1\/[^?]*[^/?])(?::|%3[Aa])([a-z-]+)(?=\?|$)/;

/**
 * Returns a URL as it is routed: a verb becomes a last segment that begins with a colon, as no other segment does.
 * `/v1/invocations/7:cancel` becomes `/v1/invocations/7/:cancel`.
 */
export function withVerbAsPart(url: string): string {
  return url.replace(VERB, '$1/:$2');
}

/** Tells whether a path, as it is routed, ends in a verb. */
export function endsInVerb(path: string): boolean {
  return /\/:[^/]*$/.test(path);
}

/** Returns the methods of the routes at a path, as it is routed; empty if there is no route. */
export function methodsAt(routes: readonly Route[], path: string): string[] {
  return routes.filter((route) => pathPattern(route.path).test(path)).flatMap(methodsOf);
}

/** A route with GET also has HEAD, except streams, which have no head before they begin. */
function methodsOf({ method, answers }: Route): string[] {
  const mayStream = Object.values(answers).some(({ content }) => Object.values(content ?? {}).includes('events'));
  return method === 'GET' && !mayStream ? ['GET', 'HEAD'] : [method];
}

/** Returns the route that answers a method at a URL, with or without a query. */
export function routeAt(routes: readonly Route[], method: string, url: string): Route | undefined {
  const [path = ''] = withVerbAsPart(url).split('?', 1);
  const found = routes.filter((route) => methodsOf(route).includes(method) && pathPattern(route.path).test(path));
  // A literal name outranks a parameter.
  return found.sort((a, b) => parametersOf(a.path).length - parametersOf(b.path).length)[0];
}

/** Returns the names of a path's parameters, in order. */
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
