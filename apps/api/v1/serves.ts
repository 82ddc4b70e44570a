import { Delete, Get, HttpCode, Post, Put, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Route } from '../../../libs/wire/rest/route.js';
import { withVerbAsPart } from '../../../libs/wire/rest/route-paths.js';

const METHODS = { GET: Get, POST: Post, PUT: Put, DELETE: Delete } as const;

/** Where a handler keeps the route that it serves. */
export const ROUTE = Symbol('route');

/** The method answers this route of the REST API, with its usual status unless it says otherwise. */
export function Serves(route: Route): MethodDecorator {
  const [status] = Object.keys(route.answers).map(Number);
  return applyDecorators(
    METHODS[route.method](frameworkPath(route.path)),
    SetMetadata(ROUTE, route),
    HttpCode(route.usualStatus ?? status ?? 200),
  );
}

/** `/v1/invocations/{id}:cancel` as `/v1/invocations/:id/::cancel`: a colon means a parameter, and two mean a colon. */
function frameworkPath(path: string): string {
  return withVerbAsPart(path)
    .replace(/\/:/, '/::')
    .replace(/\{(\w+)\}/g, ':$1');
}
