import type Database from 'better-sqlite3';
import { ALARM_HISTORY_RETENTION_MS, type AlarmHistoryItem } from '../../../core/alarm/alarm.js';
import type { AlarmHistory, AlarmHistoryQuery } from '../../../core/ports/catalog.js';
import { write } from './sqlite-database.js';

interface ItemRow {
  readonly item: string;
}

/** The history of alarms, kept on disk only: it is read only when a person asks. */
export class SqliteAlarmHistory implements AlarmHistory {
  private readonly insert: Database.Statement<[string, string, number, string, string]>;
  private readonly forget: Database.Statement<[number]>;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare('INSERT INTO alarm_history VALUES (?, ?, ?, ?, ?)');
    this.forget = database.prepare('DELETE FROM alarm_history WHERE at < ?');
  }

  async record(item: AlarmHistoryItem, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const record = this.database.transaction(() => {
      this.forget.run(item.at - ALARM_HISTORY_RETENTION_MS);
      this.insert.run(item.id, item.alarmName, item.at, item.type, JSON.stringify(item));
    });
    write(record);
  }

  async list(query: AlarmHistoryQuery, signal?: AbortSignal): Promise<AlarmHistoryItem[]> {
    signal?.throwIfAborted();
    const conditions: string[] = [];
    const values: unknown[] = [];
    const only = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    only('alarm_name = ?', query.alarmName);
    only('type = ?', query.type);
    only('at >= ?', query.from);
    only('at < ?', query.to);
    only(query.oldestFirst ? 'id > ?' : 'id < ?', query.after);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const order = query.oldestFirst ? 'ASC' : 'DESC';
    return this.database
      .prepare<unknown[], ItemRow>(`SELECT item FROM alarm_history ${where} ORDER BY id ${order} LIMIT ?`)
      .all(...values, query.limit)
      .map(({ item }) => JSON.parse(item) as AlarmHistoryItem);
  }
}
