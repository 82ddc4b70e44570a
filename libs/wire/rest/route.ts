import type { z } from 'zod';
import type { Role } from '../../core/access/caller.js';
import type { ErrorCode } from '../../core/errors.js';

/** The chapters of the REST API's documentation. */
export type Chapter =
  'Submitting' | 'Invocations' | 'Progress' | 'Deliveries' | 'Endpoints' | 'Logs' | 'Access' | 'About';

/** The content of one content type: a document, `bytes` of any kind, or a stream of server-sent `events`. */
export type Content = z.ZodType | 'bytes' | 'events';

/** One answer of a route. */
export interface Answer {
  readonly description: string;
  /** The meaning of each header, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By content type; absent for an answer without a body. */
  readonly content?: Readonly<Record<string, Content>>;
}

/**
 * A JSON document that is read whole and checked, or bytes that the route takes as received. If the bytes are
 * documents, one a line, `line` is the schema of each document.
 */
export type RequestBody =
  | { readonly schema: z.ZodType; readonly maxBytes: number; readonly isOptional?: boolean }
  | { readonly bytes: string; readonly contentType: string; readonly line?: z.ZodType };

/**
 * One operation of Ebb's own REST API, as data. Requests are checked by it, controllers serve it, and the OpenAPI
 * document is made from it. Header names are in lower case; query parameters that are not named here are refused.
 */
export interface Route {
  /** A stable id: the `operationId` in the OpenAPI document, and the operation's name in the audit record. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path in OpenAPI's form: `/v1/endpoints/{name}`. A verb follows a colon: `/v1/invocations/{id}:cancel`. */
  readonly path: string;
  readonly chapter: Chapter;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may call the route. If `submit` may `GET` a route, `read` may too. */
  readonly access: Role | 'anyone';
  /**
   * Whether the handler itself confines callers to their endpoints. Otherwise a route whose path names no endpoint is
   * closed to confined callers.
   */
  readonly isConfined?: boolean;
  readonly parameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: RequestBody;
  /** The answers with a status of 2xx or 3xx, by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** The status of an answer unless the handler sets another; by default the lowest. */
  readonly usualStatus?: number;
  /** The errors that may refuse a request, in addition to the common ones. */
  readonly errors?: readonly ErrorCode[];
}

/** The errors that may refuse a request to any route. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'InvalidRequest',
  'Unauthenticated',
  'AccessDenied',
  'TooManyRequests',
  'Unavailable',
];

type Output<T> = T extends z.ZodType ? z.output<T> : Record<string, never>;

/** A checked request to a route. */
export interface Request<R extends Route> {
  readonly parameters: Output<R['parameters']>;
  readonly query: Output<R['query']>;
  readonly headers: Output<R['headers']>;
  readonly body: R['body'] extends { readonly schema: infer Schema } ? Output<Schema> : undefined;
}

/** The `application/json` document that a route answers with under one status. */
export type Document<
  R extends Route,
  Status extends keyof R['answers'] & number = 200 & keyof R['answers'],
> = R['answers'][Status] extends { readonly content: { readonly 'application/json': infer Schema } }
  ? Schema extends z.ZodType
    ? z.input<Schema>
    : never
  : never;

/** Keeps the exact type of a route while checking its shape. */
export function route<const R extends Route>(definition: R): R {
  return definition;
}
