import type Database from 'better-sqlite3';
import { INVOCATION_STATES, type Invocation, type InvocationState } from '../../../core/invocation/invocation.js';
import type { InvocationQuery } from '../../../core/ports/invocations.js';
import { type InvocationRow, toInvocation } from './sqlite-row.js';
import type { LedgerStatements } from './sqlite-statements.js';

const DEFAULT_LIMIT = 100;

/**
 * Returns the terms by which the index finds an invocation: its caller's name for it, its labels, and the access key
 * that submitted it.
 */
export function termsOf(
  of: Pick<InvocationQuery, 'labels' | 'submittedBy' | 'inferenceId'> & { readonly id?: string },
): string[] {
  const { id, inferenceId, labels = {}, submittedBy } = of;
  return [
    // First, because it is the most selective term.
    ...(inferenceId === undefined || inferenceId === id ? [] : [`inference:${inferenceId}`]),
    ...Object.entries(labels).map(([name, value]) => `label:${name}=${value}`),
    ...(submittedBy === undefined ? [] : [`by:${submittedBy}`]),
  ];
}

/**
 * One part of a query: a table or index to read backwards in the order of acceptance, and the conditions on its rows.
 */
interface Walk {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly values: readonly (string | number)[];
}

/** Lists invocations, newest first, through the most selective index. */
export class InvocationListing {
  readonly #database: Database.Database;
  readonly #sql: LedgerStatements;
  /** The prepared statements, one for each form of query so far. */
  readonly #prepared = new Map<string, Database.Statement<(string | number)[], InvocationRow>>();

  constructor(database: Database.Database, sql: LedgerStatements) {
    this.#database = database;
    this.#sql = sql;
  }

  /**
   * Returns one page. The cost of a query by endpoint, states, a label or a key depends on the length of the page, not
   * of the ledger. A query by several of these, or by a kind of failure, reads all entries of the narrowest index in
   * the requested time.
   */
  page(query: InvocationQuery): Invocation[] {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.after === undefined ? Number.MAX_SAFE_INTEGER : this.#sql.sequenceOf.get(query.after);
    if (after === undefined) return [];
    const until = Math.min(after, this.#boundary(query.acceptedBefore) ?? after);
    const from = this.#boundary(query.acceptedFrom) ?? 0;
    const rows = this.#walks(query).flatMap((walk) => this.#walk(walk, query, { from, until, limit }));
    return rows
      .sort((a, b) => b.sequence - a.sequence)
      .slice(0, limit)
      .map(toInvocation);
  }

  /**
   * Returns the parts of a query, one for each range of an index that may hold matches. Together they hold each
   * invocation once.
   */
  #walks(query: InvocationQuery): Walk[] {
    const { endpointName, states } = query;
    const [term, ...furtherTerms] = termsOf(query);
    if (term !== undefined) {
      const further = furtherTerms.map(
        () => 'EXISTS (SELECT 1 FROM invocation_terms t WHERE t.term = ? AND t.sequence = i.sequence)',
      );
      const named = endpointName === undefined ? [] : ['i.endpoint_name = ?'];
      const among = states === undefined ? [] : [`i.state IN (${states.map(() => '?').join()})`];
      const values = [term, ...furtherTerms, ...(endpointName === undefined ? [] : [endpointName]), ...(states ?? [])];
      const conditions = ['w.term = ?', ...further, ...named, ...among];
      return [{ from: 'invocation_terms w CROSS JOIN invocations i ON i.sequence = w.sequence', conditions, values }];
    }
    if (endpointName === undefined && states === undefined) {
      return [{ from: 'invocations w', conditions: [], values: [] }];
    }
    const conditions = ['w.state = ?', 'w.endpoint_name = ?'];
    return [...new Set(states ?? INVOCATION_STATES)].flatMap((state) => {
      const names = endpointName === undefined ? [...this.#endpointNamesIn(state)] : [endpointName];
      const from = 'invocations w INDEXED BY invocations_by_state';
      return names.map((name) => ({ from, conditions, values: [state, name] }));
    });
  }

  #walk(
    { from, conditions, values }: Walk,
    { failureKinds }: InvocationQuery,
    range: { readonly from: number; readonly until: number; readonly limit: number },
  ): InvocationRow[] {
    const columns = from.includes(' i ') ? 'i' : 'w';
    const kinds = failureKinds && [`${columns}.failure_kind IN (${failureKinds.map(() => '?').join()})`];
    const all = [...conditions, ...(kinds ?? []), 'w.sequence >= ?', 'w.sequence < ?'];
    const text = `SELECT ${columns}.* FROM ${from} WHERE ${all.join(' AND ')} ORDER BY w.sequence DESC LIMIT ?`;
    let statement = this.#prepared.get(text);
    if (!statement) {
      statement = this.#database.prepare<(string | number)[], InvocationRow>(text);
      this.#prepared.set(text, statement);
    }
    return statement.all(...values, ...(failureKinds ?? []), range.from, range.until, range.limit);
  }

  /**
   * Returns the sequence of the first invocation that was accepted at or after a time. Sequences are in the order of
   * acceptance, so a binary search needs no index.
   */
  #boundary(time: number | undefined): number | undefined {
    if (time === undefined) return undefined;
    let [low, high] = [0, (this.#sql.lastSequence.get() ?? 0) + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = this.#sql.firstFrom.get(middle);
      if (!found || found.accepted_at >= time) high = middle;
      else low = found.sequence + 1;
    }
    return low;
  }

  /** Finds each name after the previous one in the index, and skips the invocations of each name. */
  *#endpointNamesIn(state: InvocationState): Generator<string> {
    let name = this.#sql.endpointAfter.get(state, '');
    while (name !== undefined) {
      yield name;
      name = this.#sql.endpointAfter.get(state, name);
    }
  }
}
