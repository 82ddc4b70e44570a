import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { ANONYMOUS, type Caller } from '../../../libs/core/caller.js';
import { EbbError } from '../../../libs/core/errors.js';
import { readRequest } from '../../../libs/wire/rest/read-request.js';
import type { Request, RequestBody, Route } from '../../../libs/wire/rest/route.js';
import { readBody } from '../read-body.js';
import { ROUTE } from './serves.js';

/** The framework's request, as far as it is needed here. */
export interface FrameworkRequest {
  readonly id: string;
  readonly raw: IncomingMessage;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Set by the guard that has let the request in. */
  caller?: Caller;
}

/** The framework's reply, as far as it is needed here. */
export interface FrameworkReply {
  readonly raw: ServerResponse;
  /** From now on the response is written by hand. */
  hijack(): void;
  status(status: number): FrameworkReply;
  header(name: string, value: string): FrameworkReply;
  send(body: unknown): void;
}

/** A request to a route, checked, and whose it is. */
export interface Asked<R extends Route> extends Request<R> {
  readonly caller: Caller;
  /** The request as it came: its body is still to be read where the route takes bytes. */
  readonly raw: IncomingMessage;
  /** To set a header or another status than the usual one. */
  readonly reply: FrameworkReply;
  /** Aborted when the connection is closed before the answer is complete. */
  readonly gone: AbortSignal;
}

/** Hands a handler its request. Raises `InvalidRequest` and `BodyTooLarge`. */
export const Asked = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const route = Reflect.getMetadata(ROUTE, context.getHandler()) as Route;
  const http = context.switchToHttp();
  return ask(route, http.getRequest<FrameworkRequest>(), http.getResponse<FrameworkReply>());
});

async function ask(route: Route, request: FrameworkRequest, reply: FrameworkReply): Promise<Asked<Route>> {
  const { headers, params: parameters, query, raw } = request;
  const body = route.body && 'schema' in route.body ? await readDocument(raw, route.body) : undefined;
  const gone = new AbortController();
  reply.raw.once('close', () => reply.raw.writableFinished || gone.abort(new Error('The caller has gone.')));
  return {
    ...readRequest(route, { parameters, query, headers, body }),
    caller: request.caller ?? ANONYMOUS,
    raw,
    reply,
    gone: gone.signal,
  };
}

async function readDocument(
  raw: IncomingMessage,
  { maxBytes, isOptional }: Extract<RequestBody, { readonly maxBytes: number }>,
): Promise<unknown> {
  const bytes = await readBody(raw, maxBytes);
  if (bytes.length === 0 && isOptional) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new EbbError('InvalidRequest', 'body: must be a JSON document', { cause });
  }
}
