import type Database from 'better-sqlite3';
import { INVOCATION_STATES, type Invocation, type InvocationState } from '../../../core/invocation/invocation.js';
import type { InvocationQuery } from '../../../core/ports/invocations.js';
import { type InvocationRow, toInvocation } from './sqlite-row.js';
import type { LedgerStatements } from './sqlite-statements.js';

const DEFAULT_LIMIT = 100;

/** What an invocation is found by, as terms of the index: its labels, the access key that it came with, its caller's name for it. */
export function termsOf(
  of: Pick<InvocationQuery, 'labels' | 'submittedBy' | 'inferenceId'> & { readonly id?: string },
): string[] {
  const { id, inferenceId, labels = {}, submittedBy } = of;
  return [
    // First: nothing else leaves out as much.
    ...(inferenceId === undefined || inferenceId === id ? [] : [`inference:${inferenceId}`]),
    ...Object.entries(labels).map(([name, value]) => `label:${name}=${value}`),
    ...(submittedBy === undefined ? [] : [`by:${submittedBy}`]),
  ];
}

/** A part of a query: where it looks, in the order of acceptance backwards, and what it looks for. */
interface Walk {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly values: readonly (string | number)[];
}

/** Lists invocations, newest first, through the index that leaves out most. */
export class InvocationListing {
  readonly #database: Database.Database;
  readonly #sql: LedgerStatements;
  /** One for each shape of query that has been asked. */
  readonly #prepared = new Map<string, Database.Statement<(string | number)[], InvocationRow>>();

  constructor(database: Database.Database, sql: LedgerStatements) {
    this.#database = database;
    this.#sql = sql;
  }

  /**
   * One page. With an endpoint, states, a label or a key it costs as much as the page is long, not the ledger; several
   * of these, or a kind of failure, cost as much as what the narrowest index holds of the time that is asked for.
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

  /** One for each run of an index that may hold what is looked for; together they hold each invocation once. */
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
   * The sequence of the first invocation that was accepted at or after a time. Halves the ledger again and again instead
   * of using an index: sequences are in the order of acceptance.
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

  /** Hops from one name to the next through the index, past however many invocations each has. */
  *#endpointNamesIn(state: InvocationState): Generator<string> {
    let name = this.#sql.endpointAfter.get(state, '');
    while (name !== undefined) {
      yield name;
      name = this.#sql.endpointAfter.get(state, name);
    }
  }
}
