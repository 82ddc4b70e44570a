import { type BacklogCount, BacklogCounts } from './backlog-counts.js';
import type { LedgerStatements } from './sqlite-statements.js';

/**
 * The counts of queued and running invocations by endpoint and by access key. They are read once, and every commit
 * updates them.
 */
export class UnsettledCounts {
  readonly byEndpoint = new BacklogCounts();
  readonly byKey = new BacklogCounts();

  constructor(sql: Pick<LedgerStatements, 'countUnsettled' | 'countUnsettledByKey'>) {
    for (const { endpoint_name, state, count } of sql.countUnsettled.all()) {
      this.byEndpoint.add(endpoint_name, inState(state, count));
    }
    for (const { submitted_by, state, count, bytes } of sql.countUnsettledByKey.all()) {
      this.byKey.add(submitted_by, { ...inState(state, count), inputBytes: bytes ?? 0 });
    }
  }
}

/** Returns a number of invocations in one state as a change of counts. */
export function inState(state: 'Queued' | 'Running', count: number): Partial<BacklogCount> {
  return state === 'Queued' ? { queued: count } : { running: count };
}
