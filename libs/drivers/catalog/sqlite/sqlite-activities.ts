import type Database from 'better-sqlite3';
import type { Activities, ActivityQuery } from '../../../core/ports/catalog.js';
import {
  ACTIVITY_RETENTION_MS,
  type ActivityOutcome,
  type ScalingActivity,
  isNotScaled,
} from '../../../core/scaling/scaling-activity.js';
import { write } from './sqlite-database.js';

interface ActivityRow {
  readonly activity: string;
}

/** Scaling activities, kept on disk only: there are many, and they are read only when a person asks. */
export class SqliteActivities implements Activities {
  private readonly insert: Database.Statement<[string, string, string, number, string, number]>;
  private readonly forget: Database.Statement<[number]>;
  private readonly replace: Database.Statement<[string, string]>;
  private readonly find: Database.Statement<[string], ActivityRow>;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare('INSERT INTO activities VALUES (?, ?, ?, ?, ?, ?)');
    this.forget = database.prepare('DELETE FROM activities WHERE started_at < ?');
    this.replace = database.prepare('UPDATE activities SET activity = ? WHERE id = ?');
    this.find = database.prepare('SELECT activity FROM activities WHERE id = ?');
  }

  async record(activity: ScalingActivity, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { id, endpointName, variantName, startedAt } = activity;
    const record = this.database.transaction(() => {
      this.forget.run(startedAt - ACTIVITY_RETENTION_MS);
      this.insert.run(
        id,
        endpointName,
        variantName,
        startedAt,
        JSON.stringify(activity),
        Number(isNotScaled(activity)),
      );
    });
    write(record);
  }

  async amend(id: string, outcome: Partial<ActivityOutcome>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const row = this.find.get(id);
    if (!row) return;
    write(() => this.replace.run(JSON.stringify({ ...activityOf(row), ...outcome }), id));
  }

  async list(query: ActivityQuery, signal?: AbortSignal): Promise<ScalingActivity[]> {
    signal?.throwIfAborted();
    const conditions: string[] = [];
    const values: unknown[] = [];
    const only = (condition: string, value: string | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    only('endpoint_name = ?', query.endpointName);
    only('variant_name = ?', query.variantName);
    only('id < ?', query.before);
    if (!query.includeNotScaled) conditions.push('not_scaled = 0');
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    return this.database
      .prepare<unknown[], ActivityRow>(`SELECT activity FROM activities ${where} ORDER BY id DESC LIMIT ?`)
      .all(...values, query.limit)
      .map(activityOf);
  }
}

function activityOf(row: ActivityRow): ScalingActivity {
  return JSON.parse(row.activity) as ScalingActivity;
}
