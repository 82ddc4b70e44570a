import type { Link } from './openapi-document.js';
import { parametersOf } from '../route-paths.js';
import type { Route } from '../route.js';

/** A resource that operations make or show. */
interface Resource {
  /** The beginning of the paths of all operations on the resource. */
  readonly path: string;
  readonly parameter: string;
  /** The place of the resource's name in the answer, by operation. */
  readonly from: Readonly<Record<string, string>>;
}

const RESOURCES: readonly Resource[] = [
  {
    path: '/v1/endpoints/{name}',
    parameter: 'name',
    from: { deployEndpoint: '$response.body#/name', listEndpoints: '$response.body#/items/0/name' },
  },
  {
    path: '/v1/invocations/{id}',
    parameter: 'id',
    from: {
      submitInvocation: '$response.body#/id',
      listInvocations: '$response.body#/items/0/id',
      redriveInvocation: '$response.body#/id',
    },
  },
  {
    path: '/v1/deliveries/{id}',
    parameter: 'id',
    from: {
      listDeliveries: '$response.body#/items/0/id',
      listInvocationDeliveries: '$response.body#/items/0/id',
    },
  },
  {
    path: '/v1/keys/{id}',
    parameter: 'id',
    from: { createKey: '$response.body#/id', listKeys: '$response.body#/items/0/id' },
  },
];

/** The routes whose answers link to other operations. */
export const LINKING_ROUTES: readonly string[] = RESOURCES.flatMap(({ from }) => Object.keys(from));

/** Returns the links of one answer: all operations on the resource in it. */
export function linksOf(route: Route, status: number, routes: readonly Route[]): Record<string, Link> | undefined {
  const content = route.answers[status]?.content?.['application/json'];
  if (status >= 300 || content === undefined || content === 'bytes') return undefined;
  const links = RESOURCES.flatMap(({ path, parameter, from }) => {
    const expression = from[route.id];
    if (expression === undefined) return [];
    return routes
      .filter((other) => other.path.startsWith(path) && parametersOf(other.path).length === 1)
      .map(({ id }): [string, Link] => [id, { operationId: id, parameters: { [parameter]: expression } }]);
  });
  return links.length === 0 ? undefined : Object.fromEntries(links);
}
