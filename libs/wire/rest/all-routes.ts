import * as about from './docs/about-routes.js';
import * as access from './access/access-routes.js';
import * as batches from './invocation/batch-routes.js';
import * as deliveries from './invocation/delivery-routes.js';
import * as endpoints from './endpoint/endpoint-routes.js';
import * as events from './invocation/event-routes.js';
import * as invocations from './invocation/invocation-routes.js';
import * as logs from './endpoint/log-routes.js';
import * as operating from './endpoint/operating-routes.js';
import * as outputs from './invocation/output-routes.js';
import * as progress from './invocation/progress-routes.js';
import type { Route } from './route.js';
import * as scaling from './scaling/scaling-routes.js';
import * as submissions from './invocation/submit-routes.js';
import * as uploads from './invocation/upload-routes.js';

const FILES: readonly object[] = [
  about,
  access,
  batches,
  deliveries,
  endpoints,
  events,
  invocations,
  logs,
  operating,
  outputs,
  progress,
  scaling,
  submissions,
  uploads,
];

const METHODS: readonly Route['method'][] = ['GET', 'POST', 'PUT', 'DELETE'];

/** Every route of the REST API that the routes' files export, by path. */
export const ALL_ROUTES: readonly Route[] = FILES.flatMap((file) => Object.values(file))
  .filter(isRoute)
  .sort((a, b) => a.path.localeCompare(b.path, 'en') || METHODS.indexOf(a.method) - METHODS.indexOf(b.method));

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'answers' in value;
}
