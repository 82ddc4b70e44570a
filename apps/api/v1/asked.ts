import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { ANONYMOUS, type Caller } from '../../../libs/core/access/caller.js';
import { EbbError } from '../../../libs/core/errors.js';
import { readRequest } from '../../../libs/wire/rest/read-request.js';
import type { Request, Route } from '../../../libs/wire/rest/route.js';
import { readBody } from '../read-body.js';
import { goneSignal } from './gone-signal.js';
import { ROUTE } from './serves.js';

/** The parts of the framework's request that Ebb uses. */
export interface FrameworkRequest {
  readonly id: string;
  readonly raw: IncomingMessage;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Set by the guard that admitted the request. */
  caller?: Caller;
}

/** The parts of the framework's reply that Ebb uses. */
export interface FrameworkReply {
  readonly raw: ServerResponse;
  /** Takes the response from the framework: from now on Ebb writes it itself. */
  hijack(): void;
  status(status: number): FrameworkReply;
  header(name: string, value: string): FrameworkReply;
  send(body: unknown): void;
  /** Returns the headers that have been set. */
  getHeaders(): Record<string, number | string | string[] | undefined>;
}

/** A checked request to a route, and its caller. */
export interface Asked<R extends Route> extends Request<R> {
  readonly caller: Caller;
  /** The request as it arrived. Its body is still unread if the route takes bytes. */
  readonly raw: IncomingMessage;
  /** Sets headers, or a status other than the usual one. */
  readonly reply: FrameworkReply;
  /** Aborted when the connection is closed before the answer is complete. */
  readonly gone: AbortSignal;
}

/** Hands a handler its request. Raises `InvalidRequest`, `UnsupportedContentType` and `BodyTooLarge`. */
export const Asked = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const route = Reflect.getMetadata(ROUTE, context.getHandler()) as Route;
  const http = context.switchToHttp();
  return ask(route, http.getRequest<FrameworkRequest>(), http.getResponse<FrameworkReply>());
});

async function ask(route: Route, request: FrameworkRequest, reply: FrameworkReply): Promise<Asked<Route>> {
  const { headers, params: parameters, query, raw } = request;
  const body = await readBodyOf(route, raw);
  return {
    ...readRequest(route, { parameters, query, headers, body }),
    caller: request.caller ?? ANONYMOUS,
    raw,
    reply,
    gone: goneSignal(raw, reply.raw),
  };
}

/** Reads the document that a route takes; leaves bytes unread. */
async function readBodyOf({ body }: Route, raw: IncomingMessage): Promise<unknown> {
  if (!body) return undefined;
  if ('bytes' in body) return void refuseOtherTypes(raw, body.contentType);
  const bytes = await readBody(raw, body.maxBytes);
  if (bytes.length === 0 && body.isOptional) return {};
  refuseOtherTypes(raw, JSON_CONTENT_TYPE);
  return readDocument(bytes);
}

const JSON_CONTENT_TYPE = 'application/json';

function readDocument(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new EbbError('InvalidRequest', 'body: must be a JSON document in UTF-8', { cause });
  }
}

/**
 * Raises `UnsupportedContentType` for a body of another type. A body without a content type is taken to be of the
 * wanted type.
 */
function refuseOtherTypes({ headers }: IncomingMessage, wanted: string): void {
  const given = headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() ?? wanted;
  const isWanted =
    wanted === '*/*' || given === wanted || (wanted === JSON_CONTENT_TYPE && /^application\/.+\+json$/.test(given));
  if (!isWanted) {
    throw new EbbError(
      'UnsupportedContentType',
      `header.content-type: must be ${wanted}, or absent, and is '${given}'`,
    );
  }
  const coding = headers['content-encoding'] ?? 'identity';
  if (wanted !== '*/*' && coding !== 'identity') {
    throw new EbbError('UnsupportedContentType', `header.content-encoding: must be absent, and is '${coding}'`);
  }
}
