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

/** What a handler needs that serves no `Route`; without a word of it, it needs `operate`. */
export const Needs = (access: Route['access']): MethodDecorator & ClassDecorator => SetMetadata(NEEDS, access);

/** What has to be known of a route to let somebody in. */
type Entry = Pick<Route, 'id' | 'access' | 'isConfined' | 'chapter' | 'path'>;

/** Lets nobody pass to Ebb's own routes who may not: asks who it is, whether they may, and how often they have come. */
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
    // Of an action whose caller did not wait for the answer, there is none on record.
    reply.raw.once('close', () => reply.raw.headersSent && void answered(reply.raw.statusCode));
  }
}

/** Raises `AccessDenied`, saying what would be needed. */
function checkAllowed(caller: Caller, entry: Entry, request: FrameworkRequest): void {
  const action = actionOf(entry, request.raw.method);
  if (!roleAllows(caller.role, action)) {
    throw new EbbError('AccessDenied', `The role ${caller.role} does not allow this: it needs ${entry.access}.`);
  }
  const endpointName = endpointOf(entry, request);
  if (entry.isConfined && endpointName === undefined) return;
  if (permits(caller, action, endpointName)) return;
  const beyond = endpointName === undefined ? 'this concerns all endpoints' : `'${endpointName}' is none of them`;
  throw new EbbError('AccessDenied', `The access key is for some endpoints only, and ${beyond}.`);
}

/** Whoever may submit sees what became of it; so does whoever sees everything. */
function actionOf({ access }: Entry, method: string | undefined): Action {
  if (access === 'anyone') return 'follow';
  return access === 'submit' && looksOnly(method) ? 'follow' : access;
}

/** To look and to submit is not to operate; to cancel is, where it is done by an operator. */
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

/** The endpoint that a route is about, where its path names one. */
function endpointOf({ path }: Entry, { params }: FrameworkRequest): string | undefined {
  // The route's own path is looked at: there are many ways to write an address that leads to it.
  return path.startsWith('/v1/endpoints/{name}') ? String(params['name']) : undefined;
}
