/** The queued and running invocations of one endpoint, as counted by the ledger. */
export interface Backlog {
  readonly queued: number;
  readonly running: number;
  /** When the oldest queued invocation was accepted; absent if nothing is queued. */
  readonly oldestAcceptedAt?: number;
}

/** The backlog of an endpoint without work. */
export const EMPTY_BACKLOG: Backlog = { queued: 0, running: 0 };

/** Returns `ApproximateBacklogSize`: queued plus running. */
export function backlogSize(backlog: Backlog): number {
  return backlog.queued + backlog.running;
}

/** Returns the work that is left while queued invocations may not run. */
export function withoutQueued({ running }: Backlog): Backlog {
  return { queued: 0, running };
}
