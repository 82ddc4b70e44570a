import type { z } from 'zod';
import type { Role } from '../../core/access/caller.js';
import type { ErrorCode } from '../../core/errors.js';

/** The chapters of the REST API's description. */
export type Chapter =
  'Submitting' | 'Invocations' | 'Progress' | 'Deliveries' | 'Endpoints' | 'Logs' | 'Access' | 'About';

/** What comes back in one content type: a document, or `bytes` of any kind, or a stream of server-sent `events`. */
export type Content = z.ZodType | 'bytes' | 'events';

export interface Answer {
  readonly description: string;
  /** What each header says, by its name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By content type; absent for an answer without a body. */
  readonly content?: Readonly<Record<string, Content>>;
}

/**
 * A JSON document that is read whole and checked, or bytes that the route takes as they come; where they are documents,
 * one a line, `line` is what each of them has to be.
 */
export type RequestBody =
  | { readonly schema: z.ZodType; readonly maxBytes: number; readonly isOptional?: boolean }
  | { readonly bytes: string; readonly contentType: string; readonly line?: z.ZodType };

/**
 * One operation of Ebb's own REST API, as data: requests are checked by it, controllers serve it, the OpenAPI document is
 * made from it. Header names are in lower case; query parameters that are not named here are refused.
 */
export interface Route {
  /** Stable: `operationId` in the OpenAPI document, and the operation's name in the audit record. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As OpenAPI writes it: `/v1/endpoints/{name}`. A verb stands behind a colon: `/v1/invocations/{id}:cancel`. */
  readonly path: string;
  readonly chapter: Chapter;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may call it. What `submit` may `GET`, `read` may too. */
  readonly access: Role | 'anyone';
  /**
   * The handler itself keeps callers to the endpoints that they are confined to. Without it, a route whose path names no
   * endpoint is closed to them.
   */
  readonly isConfined?: boolean;
  readonly parameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: RequestBody;
  /** By status: those of 2xx and 3xx. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** The one that it has unless the handler says otherwise; the lowest where this is absent. */
  readonly usualStatus?: number;
  /** What it may be refused with, beside what any route may. */
  readonly errors?: readonly ErrorCode[];
}

/** Any route may be refused so. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'InvalidRequest',
  'Unauthenticated',
  'AccessDenied',
  'TooManyRequests',
  'Unavailable',
];

type Output<T> = T extends z.ZodType ? z.output<T> : Record<string, never>;

/** What a request to a route asks for, checked. */
export interface Request<R extends Route> {
  readonly parameters: Output<R['parameters']>;
  readonly query: Output<R['query']>;
  readonly headers: Output<R['headers']>;
  readonly body: R['body'] extends { readonly schema: infer Schema } ? Output<Schema> : undefined;
}

/** The document that a route answers with under one status, `application/json`. */
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
