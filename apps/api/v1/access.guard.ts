import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { type Action, type Caller, permits, roleAllows } from '../../../libs/core/access/caller.js';
import { EbbError, isEbbError } from '../../../libs/core/errors.js';
import { AuditTrail } from '../../../libs/engine/access/audit-trail.js';
import { Authenticator } from '../../../libs/engine/access/authenticate.js';
import { RequestRates } from '../../../libs/engine/access/request-rates.js';
import { bearerChallenge, bearerToken } from '../../../libs/wire/rest/access/bearer.js';
import { rateLimitHeaders } from '../../../libs/wire/rest/access/rate-limit.js';
import type { Route } from '../../../libs/wire/rest/route.js';
import { auditedAction } from '../audited-action.js';
import type { FrameworkReply, FrameworkRequest } from './asked.js';
import { ROUTE } from './serves.js';

const NEEDS = Symbol('needs');

/** Declares the access that a handler without a `Route` needs; `operate` by default. */
export const Needs = (access: Route['access']): MethodDecorator & ClassDecorator => SetMetadata(NEEDS, access);

/** The parts of a route that the guard checks. */
type Entry = Pick<Route, 'id' | 'access' | 'isConfined' | 'chapter' | 'path'>;

/** Guards Ebb's own routes: identifies the caller, counts the request against its rate, and checks its permission. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly rates: RequestRates,
    private readonly trail: AuditTrail,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FrameworkRequest>();
    const reply = context.switchToHttp().getResponse<FrameworkReply>();
    const entry = entryOf(context);
    if (entry.access === 'anyone') return true;
    const caller = await this.recognise(request, reply);
    this.countRequest(caller, reply);
    checkAllowed(caller, entry, request);
    if (isOperating(caller, entry, request)) await this.record(caller, entry, request, reply);
    request.caller = caller;
    return true;
  }

  private async recognise({ headers }: FrameworkRequest, reply: FrameworkReply): Promise<Caller> {
    const token = bearerToken(headers['authorization']);
    try {
      return token === undefined ? this.authenticator.anonymous() : await this.authenticator.bearer(token);
    } catch (error) {
      if (isEbbError(error, 'Unauthenticated')) {
        reply.header('www-authenticate', bearerChallenge(token !== undefined));
      }
      throw error;
    }
  }

  private countRequest(caller: Caller, reply: FrameworkReply): void {
    const verdict = this.rates.count(caller);
    if (!verdict) return;
    for (const [name, value] of Object.entries(rateLimitHeaders(verdict))) reply.header(name, value);
    if (verdict.isAllowed) return;
    throw new EbbError('TooManyRequests', `This access key may make ${verdict.perMinute} requests a minute.`);
  }

  private async record(
    caller: Caller,
    { id: action }: Entry,
    { id: requestId, raw }: FrameworkRequest,
    reply: FrameworkReply,
  ): Promise<void> {
    const answered = await this.trail.begin(auditedAction(caller, action, raw, requestId));
    // If the caller does not wait for the answer, the audit has no status for the action.
    reply.raw.once('close', () => reply.raw.headersSent && void answered(reply.raw.statusCode));
  }
}

/** Raises `AccessDenied`, which names the access that the request needs. */
function checkAllowed(caller: Caller, entry: Entry, request: FrameworkRequest): void {
  const action = actionOf(entry, request.raw.method);
  if (!roleAllows(caller.role, action)) {
    throw new EbbError('AccessDenied', `The role ${caller.role} does not allow this: it needs ${entry.access}.`);
  }
  const endpointName = endpointOf(entry, request);
  if (entry.isConfined && endpointName === undefined) return;
  if (permits(caller, action, endpointName)) return;
  const beyond = endpointName === undefined ? 'this concerns all of them' : `'${endpointName}' is not one of them`;
  throw new EbbError('AccessDenied', `The access key is for some endpoints only, and ${beyond}.`);
}

/**
 * Returns the action that the request is. Reading on a `submit` route is only to follow, which other roles may do too.
 */
function actionOf({ access }: Entry, method: string | undefined): Action {
  if (access === 'anyone') return 'follow';
  return access === 'submit' && looksOnly(method) ? 'follow' : access;
}

/**
 * Whether the audit records the request as an operator's action. Reading and submitting are not; cancelling is, if an
 * operator does it.
 */
function isOperating({ role }: Caller, { access, chapter }: Entry, { raw }: FrameworkRequest): boolean {
  if (looksOnly(raw.method)) return false;
  return access === 'operate' || (role === 'operate' && chapter !== 'Submitting');
}

function looksOnly(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

function entryOf(context: ExecutionContext): Entry {
  const route = Reflect.getMetadata(ROUTE, context.getHandler()) as Route | undefined;
  if (route) return route;
  const needs = (Reflect.getMetadata(NEEDS, context.getHandler()) ??
    Reflect.getMetadata(NEEDS, context.getClass()) ??
    'operate') as Route['access'];
  return { id: context.getHandler().name, access: needs, chapter: 'About', path: '' };
}

/** Returns the endpoint that the route's path names, if it names one. */
function endpointOf({ path }: Entry, { params }: FrameworkRequest): string | undefined {
  // The route's own path is checked, because an address that leads to it can be written in many ways.
  return path.startsWith('/v1/endpoints/{name}') ? String(params['name']) : undefined;
}
