import { Delete, Get, HttpCode, Post, Put, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Route } from '../../../libs/wire/rest/route.js';
import { withVerbAsPart } from '../../../libs/wire/rest/route-paths.js';

const METHODS = { GET: Get, POST: Post, PUT: Put, DELETE: Delete } as const;

/** The metadata key of the route that a handler serves. */
export const ROUTE = Symbol('route');

/** Makes a method answer this route of the REST API, with the route's usual status by default. */
export function Serves(route: Route): MethodDecorator {
  const [status] = Object.keys(route.answers).map(Number);
  return applyDecorators(
    METHODS[route.method](frameworkPath(route.path)),
    SetMetadata(ROUTE, route),
    HttpCode(route.usualStatus ?? status ?? 200),
  );
}

/**
 * Writes `/v1/invocations/{id}:cancel` as `/v1/invocations/:id/::cancel`: one colon means a parameter, two mean a
 * colon.
 */
function frameworkPath(path: string): string {
  return withVerbAsPart(path)
    .replace(/\/:/, '/::')
    .replace(/\{(\w+)\}/g, ':$1');
}
