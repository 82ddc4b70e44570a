import { describe, expect, it } from 'vitest';
import { type Route, route } from './route.js';
import { methodsAt, routeAt, withVerbAsPart } from './route-paths.js';

const ROUTES = [
  at('GET', '/v1/things'),
  at('GET', '/v1/things/{id}'),
  at('DELETE', '/v1/things/{id}'),
  at('POST', '/v1/things/{id}:cancel'),
  at('POST', '/v1/things:cancel'),
  at('GET', '/v1/things.json'),
  at('GET', '/v1/things/newest'),
];

describe('the path of a request', () => {
  it.each([
    ['/v1/things/7:cancel', '/v1/things/7/:cancel'],
    ['/v1/things/7%3Acancel', '/v1/things/7/:cancel'],
    ['/v1/things:cancel?dryRun=true', '/v1/things/:cancel?dryRun=true'],
    ['/v1/things/7?label=a:b', '/v1/things/7?label=a:b'],
    ['/v1/things/7', '/v1/things/7'],
    ['/console/a:b', '/console/a:b'],
  ])('%s is routed as %s', (url, routed) => {
    expect(withVerbAsPart(url)).toBe(routed);
  });

  it.each([
    ['/v1/things', ['GET', 'HEAD']],
    ['/v1/things/7', ['GET', 'HEAD', 'DELETE']],
    ['/v1/things/7/:cancel', ['POST']],
    ['/v1/things/:cancel', ['POST']],
    ['/v1/things/:explode', []],
    ['/v1/things/7/more', []],
    ['/v1/thingsxjson', []],
    ['/v1/things/', []],
  ])('%s knows the methods %j', (path, methods) => {
    expect(methodsAt(ROUTES, path)).toEqual(methods);
  });

  it('belongs to a route with a literal name rather than to one with a parameter', () => {
    expect(routeAt(ROUTES, 'GET', '/v1/things/newest?a=b')?.path).toBe('/v1/things/newest');
    expect(routeAt(ROUTES, 'HEAD', '/v1/things/7')?.path).toBe('/v1/things/{id}');
    expect(routeAt(ROUTES, 'POST', '/v1/things/7:cancel')?.path).toBe('/v1/things/{id}:cancel');
    expect(routeAt(ROUTES, 'POST', '/v1/things/7')).toBeUndefined();
  });
});

function at(method: Route['method'], path: string): Route {
  return route({ id: `${method} ${path}`, method, path, chapter: 'About', summary: '', access: 'anyone', answers: {} });
}
