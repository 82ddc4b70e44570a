import { Delete, Get, HttpCode, Post, Put, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Route } from '../../../libs/wire/rest/route.js';

const METHODS = { GET: Get, POST: Post, PUT: Put, DELETE: Delete } as const;

/** Where a handler keeps the route that it serves. */
export const ROUTE = Symbol('route');

/** The method answers this route of the REST API, with its usual status unless it says otherwise. */
export function Serves(route: Route): MethodDecorator {
  const [status] = Object.keys(route.answers).map(Number);
  return applyDecorators(
    METHODS[route.method](frameworkPath(route.path)),
    SetMetadata(ROUTE, route),
    HttpCode(status ?? 200),
  );
}

/** `/v1/invocations/{id}:cancel` as `/v1/invocations/:id/cancel`: a colon means something else to the framework. */
function frameworkPath(path: string): string {
  return path.replace(/:([a-z-]+)$/, '/$1').replace(/\{(\w+)\}/g, ':$1');
}

const VERB = /^(\/v1\/[^?]*[^/?])(?::|%3[Aa])([a-z-]+)(?=\?|$)/;

/** The address of a request as the framework's routes have it: the verb is a last part of its own. */
export function withVerbAsPart(url: string): string {
  return url.replace(VERB, '$1/$2');
}
