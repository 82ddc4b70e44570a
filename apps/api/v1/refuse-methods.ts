import type { HookHandlerDoneFunction } from 'fastify';
import { EbbError } from '../../../libs/core/errors.js';
import { ALL_ROUTES } from '../../../libs/wire/rest/all-routes.js';
import { endsInVerb, methodsAt } from '../../../libs/wire/rest/route-paths.js';
import type { FrameworkReply, FrameworkRequest } from './asked.js';

interface Routed extends Pick<FrameworkRequest, 'raw'> {
  readonly method: string;
  /** Whether the framework has no route for the request. */
  readonly is404: boolean;
}

/**
 * Refuses methods that a path of the REST API does not have, and answers `OPTIONS` with the methods that it has. The
 * framework cannot tell a wrong method from a wrong path, nor `GET /v1/invocations:cancel` from the invocation
 * `:cancel`.
 */
export function refuseMethods(request: Routed, reply: FrameworkReply, done: HookHandlerDoneFunction): void {
  const [path = ''] = (request.raw.url ?? '').split('?', 1);
  const isDoubtful = request.is404 || request.method === 'HEAD' || endsInVerb(path);
  if (!path.startsWith('/v1/') || !isDoubtful) return done();
  const methods = methodsAt(ALL_ROUTES, path);
  if (methods.includes(request.method)) return done();
  if (methods.length === 0) return done(new EbbError('UnknownOperation', `There is nothing at ${path}.`));
  reply.header('allow', [...methods, 'OPTIONS'].join(', '));
  if (request.method === 'OPTIONS') reply.status(204).send(undefined);
  else done(new EbbError('MethodNotAllowed', `${path} allows ${methods.join(', ')}, not ${request.method}.`));
}
