import type { ErrorCode } from '../../core/errors.js';

/** What a service calls an error. */
export interface ErrorName {
  readonly type: string;
  /** What its Query protocol calls it, where that is another name. */
  readonly queryCode?: string;
  readonly status: number;
}

/** What one service calls Ebb's errors; a code that is not listed is an internal failure there. */
export type ErrorNames = Partial<Readonly<Record<ErrorCode, ErrorName>>>;

/** An error as the Query protocol tells it. */
export interface QueryError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** An error of the caller that has a name in one service only, and so none in Ebb's own catalogue. */
export class QueryFault extends Error implements QueryError {
  override readonly name = 'QueryFault';

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    /** What the service's JSON protocol calls it. */
    readonly type = code,
  ) {
    super(message);
  }
}
