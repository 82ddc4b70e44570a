import * as about from './about-routes.js';
import * as access from './access-routes.js';
import * as endpoints from './endpoint-routes.js';
import * as invocations from './invocation-routes.js';
import * as logs from './log-routes.js';
import * as operating from './operating-routes.js';
import type { Route } from './route.js';
import * as scaling from './scaling-routes.js';

const FILES: readonly object[] = [about, access, endpoints, invocations, logs, operating, scaling];

/** Every route of the REST API: what the routes' files export. */
export const ALL_ROUTES: readonly Route[] = FILES.flatMap((file) => Object.values(file)).filter(isRoute);

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'answers' in value;
}
