import type { FailureKind } from '../invocation/attempt.js';
import type { Backlog } from '../invocation/backlog.js';
import type { Invocation, InvocationState } from '../invocation/invocation.js';
import type { Labels } from '../invocation/submission.js';

/** What a list of invocations is narrowed by; every member that is there must hold. */
export interface InvocationQuery {
  readonly endpointName?: string;
  readonly states?: readonly InvocationState[];
  readonly failureKinds?: readonly FailureKind[];
  /** The name that the caller gave. An id that Ebb gave is found by `find`. */
  readonly inferenceId?: string;
  /** The invocation has all of these. */
  readonly labels?: Labels;
  readonly submittedBy?: string;
  /** Accepted at this time or later. */
  readonly acceptedFrom?: number;
  /** Accepted earlier than this. */
  readonly acceptedBefore?: number;
  /** The id of the last invocation of the previous page. Pages begin with the newest. */
  readonly after?: string;
  /** The most invocations in the answer: 100 by default. */
  readonly limit?: number;
}

/** The invocations in the backlog that one access key submitted. */
export interface KeyLoad {
  readonly queued: number;
  readonly running: number;
  /** The size of the inputs that came inside their requests. */
  readonly inputBytes: number;
}

/** The highest position that `position` returns. */
export const MAX_POSITION = 10_000;

/** Looks up the invocations that the ledger has recorded, and counts the backlog. It reads committed records only. */
export abstract class Invocations {
  /** The invocation with this id, in whatever state. */
  abstract find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined>;
  /** The invocation that an idempotency key of an endpoint stands for at `now`. */
  abstract findByKey(
    endpointName: string,
    idempotencyKey: string,
    now: number,
    signal?: AbortSignal,
  ): Promise<Invocation | undefined>;
  /** The number of invocations before it in its queue, at most `MAX_POSITION`; undefined unless it is queued. */
  abstract position(invocationId: string, signal?: AbortSignal): Promise<number | undefined>;
  /** The invocations that a query finds, the newest first. */
  abstract list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]>;

  /** The backlog of an endpoint. Takes constant time, however deep the backlog is. */
  abstract backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog>;
  /** The backlog of one access key. Takes constant time. */
  abstract keyLoad(submittedBy: string, signal?: AbortSignal): Promise<KeyLoad>;
  /** The endpoints with at least one invocation queued or running. */
  abstract endpointsWithBacklog(signal?: AbortSignal): Promise<string[]>;
}
