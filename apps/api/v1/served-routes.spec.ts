import 'reflect-metadata';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { expect, it } from 'vitest';
import { Config } from '../../../libs/host/config.js';
import { ALL_ROUTES } from '../../../libs/wire/rest/all-routes.js';
import type { Route } from '../../../libs/wire/rest/route.js';
import { ApiModule } from '../api.module.js';
import { ROUTE } from './serves.js';

interface Handler {
  readonly name: string;
  readonly path: string;
  readonly route?: Route;
}

const { controllers = [] } = ApiModule.of(Config.read({}, '/'), []);
const handlers = controllers.flatMap(handlersOf);

it('serves only described routes under /v1', () => {
  const undescribed = handlers.filter(({ path, route }) => /^\/?v1(\/|$)/.test(path) && !ALL_ROUTES.includes(route!));
  expect(undescribed.map(({ name, path }) => `${name} at ${path}`)).toEqual([]);
});

it('serves every described route once', () => {
  const served = handlers.flatMap(({ route }) => route?.id ?? []);
  expect(served.sort()).toEqual(ALL_ROUTES.map(({ id }) => id).sort());
});

function handlersOf(controller: { readonly name: string; readonly prototype: object }): Handler[] {
  const prefix = String(Reflect.getMetadata(PATH_METADATA, controller) ?? '');
  return Object.entries(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(([name, { value }]) => {
    const handler: unknown = value;
    if (typeof handler !== 'function' || Reflect.getMetadata(METHOD_METADATA, handler) === undefined) return [];
    const path = `${prefix}/${String(Reflect.getMetadata(PATH_METADATA, handler))}`.replace(/\/{2,}/g, '/');
    const route = Reflect.getMetadata(ROUTE, handler) as Route | undefined;
    return [{ name: `${controller.name}.${name}`, path, ...(route && { route }) }];
  });
}
