import type Database from 'better-sqlite3';

/** The text of one SQL statement, with the types of its parameters and of its rows. */
export interface SqlText<Values extends unknown[], Row> {
  readonly text: string;
  /** Whether each row is the value of its only column. */
  readonly isPlucked: boolean;
  /** Carries the types; it never has a value. */
  readonly types?: (values: Values) => Row;
}

/** Describes a statement whose rows are objects, or that has no rows. */
export function sql<Values extends unknown[], Row = unknown>(text: string): SqlText<Values, Row> {
  return { text, isPlucked: false };
}

/** Describes a statement whose rows have one column. */
export function sqlColumn<Values extends unknown[], Value>(text: string): SqlText<Values, Value> {
  return { text, isPlucked: true };
}

/** The prepared statements of a table, each under its name. */
export type Prepared<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends SqlText<infer Values, infer Row>
    ? Database.Statement<Values, Row>
    : never;
};

/** Prepares each statement of a table once. */
export function prepareAll<Table extends Record<string, SqlText<never, unknown>>>(
  database: Database.Database,
  table: Table,
): Prepared<Table> {
  const prepared = Object.entries(table).map(([name, { text, isPlucked }]) => {
    const statement = database.prepare(text);
    return [name, isPlucked ? statement.pluck() : statement];
  });
  return Object.fromEntries(prepared) as Prepared<Table>;
}
