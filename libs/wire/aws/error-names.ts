import type { ErrorCode } from '../../core/errors.js';

/** A service's name for an error, with its HTTP status. */
export interface ErrorName {
  readonly type: string;
  /** The name in the service's Query protocol, if it differs. */
  readonly queryCode?: string;
  readonly status: number;
}

/** One service's names for Ebb's errors. A code that is not listed is an internal failure there. */
export type ErrorNames = Partial<Readonly<Record<ErrorCode, ErrorName>>>;

/** An error in the form of the Query protocol. */
export interface QueryError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** An error of the caller that only one service names, so Ebb's own catalogue does not list it. */
export class QueryFault extends Error implements QueryError {
  override readonly name = 'QueryFault';

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    /** The name in the service's JSON protocol. */
    readonly type = code,
  ) {
    super(message);
  }
}
