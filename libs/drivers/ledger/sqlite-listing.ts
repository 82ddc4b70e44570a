import type { Invocation, InvocationState } from '../../core/invocation.js';
import type { InvocationQuery } from '../../core/ports/ledger.js';
import { toInvocation } from './sqlite-row.js';
import type { LedgerStatements } from './sqlite-statements.js';

const DEFAULT_LIMIT = 100;
const ALL_STATES: readonly InvocationState[] = ['Queued', 'Running', 'Completed', 'Failed', 'Expired', 'Cancelled'];

/**
 * One page of invocations, newest first. It costs as much as the page is long, not the ledger: for a filter, the
 * newest of each state and endpoint are merged, instead of walking over all that the filter leaves out.
 */
export function listInvocations(sql: LedgerStatements, query: InvocationQuery): Invocation[] {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const before = query.after === undefined ? Number.MAX_SAFE_INTEGER : sql.sequenceOf.get(query.after);
  if (before === undefined) return [];
  return newest(sql, query, before, limit).map((sequence) => toInvocation(sql.findBySequence.get(sequence)!));
}

function newest(sql: LedgerStatements, query: InvocationQuery, before: number, limit: number): number[] {
  if (query.endpointName === undefined && query.states === undefined) return sql.newest.all(before, limit);
  const sequences: number[] = [];
  for (const state of new Set(query.states ?? ALL_STATES)) {
    const endpointNames = query.endpointName === undefined ? endpointNamesIn(sql, state) : [query.endpointName];
    for (const endpointName of endpointNames) {
      sequences.push(...sql.newestOf.all(state, endpointName, before, limit));
    }
  }
  return sequences.sort((a, b) => b - a).slice(0, limit);
}

/** Hops from one name to the next through the index, past however many invocations each has. */
function* endpointNamesIn(sql: LedgerStatements, state: InvocationState): Generator<string> {
  let name = sql.endpointAfter.get(state, '');
  while (name !== undefined) {
    yield name;
    name = sql.endpointAfter.get(state, name);
  }
}
