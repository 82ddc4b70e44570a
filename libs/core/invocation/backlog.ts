/** What waits and what runs on one endpoint, as counted by the ledger. */
export interface Backlog {
  readonly queued: number;
  readonly running: number;
  /** When the oldest queued invocation was accepted; absent when nothing is queued. */
  readonly oldestAcceptedAt?: number;
}

export const EMPTY_BACKLOG: Backlog = { queued: 0, running: 0 };

/** `ApproximateBacklogSize`: queued plus in process. */
export function backlogSize(backlog: Backlog): number {
  return backlog.queued + backlog.running;
}

/** What is left to do of it where nothing that waits may run. */
export function withoutQueued({ running }: Backlog): Backlog {
  return { queued: 0, running };
}
