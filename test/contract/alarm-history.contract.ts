import { expect, it } from 'vitest';
import { ALARM_HISTORY_RETENTION_MS, type AlarmHistoryItem } from '../../libs/core/alarm/alarm.js';
import type { AlarmHistory, Catalog } from '../../libs/core/ports/catalog.js';

const AT = Date.UTC(2026, 0, 1);

/** The contract of every catalog's history of alarms. `open` returns a fresh, empty catalog. */
export function alarmHistoryContract(open: () => Promise<Catalog> | Catalog): void {
  const opened = async (...items: AlarmHistoryItem[]): Promise<AlarmHistory> => {
    const { alarmHistory } = await open();
    for (const item of items) await alarmHistory.record(item);
    return alarmHistory;
  };

  it('is empty at first', async () => {
    const history = await opened();
    expect(await history.list({ limit: 10 })).toEqual([]);
  });

  it('is read back in full', async () => {
    const history = await opened(historyItem('1'));
    expect(await history.list({ limit: 10 })).toEqual([historyItem('1')]);
  });

  it('is listed newest first by default, or oldest first', async () => {
    const history = await opened(historyItem('1'), historyItem('2'), historyItem('3'));
    expect(ids(await history.list({ limit: 10 }))).toEqual(['3', '2', '1']);
    expect(ids(await history.list({ limit: 10, oldestFirst: true }))).toEqual(['1', '2', '3']);
  });

  it('is read page by page in either order', async () => {
    const history = await opened(...['1', '2', '3', '4', '5'].map((id) => historyItem(id)));
    expect(ids(await history.list({ limit: 2 }))).toEqual(['5', '4']);
    expect(ids(await history.list({ limit: 2, after: '4' }))).toEqual(['3', '2']);
    expect(ids(await history.list({ limit: 2, after: '2' }))).toEqual(['1']);
    expect(ids(await history.list({ limit: 2, oldestFirst: true }))).toEqual(['1', '2']);
    expect(ids(await history.list({ limit: 2, after: '2', oldestFirst: true }))).toEqual(['3', '4']);
    expect(ids(await history.list({ limit: 2, after: '4', oldestFirst: true }))).toEqual(['5']);
  });

  it('is found by alarm, by type and by both', async () => {
    const history = await opened(
      historyItem('1'),
      historyItem('2', { alarmName: 'other' }),
      historyItem('3', { type: 'ConfigurationUpdate' }),
      historyItem('4', { alarmName: 'other', type: 'ConfigurationUpdate' }),
    );
    expect(ids(await history.list({ alarmName: 'other', limit: 10 }))).toEqual(['4', '2']);
    expect(ids(await history.list({ type: 'ConfigurationUpdate', limit: 10 }))).toEqual(['4', '3']);
    expect(ids(await history.list({ alarmName: 'other', type: 'StateUpdate', limit: 10 }))).toEqual(['2']);
    expect(ids(await history.list({ alarmName: 'oth', limit: 10 }))).toEqual([]);
  });

  it('is found by time, from the first moment and before the last', async () => {
    const history = await opened(
      historyItem('1', { at: AT }),
      historyItem('2', { at: AT + 10 }),
      historyItem('3', { at: AT + 20 }),
    );
    expect(ids(await history.list({ from: AT + 10, limit: 10 }))).toEqual(['3', '2']);
    expect(ids(await history.list({ to: AT + 10, limit: 10 }))).toEqual(['1']);
    expect(ids(await history.list({ from: AT, to: AT + 20, oldestFirst: true, limit: 10 }))).toEqual(['1', '2']);
  });

  it('is dropped after two weeks', async () => {
    const history = await opened(
      historyItem('1', { at: AT }),
      historyItem('2', { at: AT + 1 }),
      historyItem('3', { at: AT + 1 + ALARM_HISTORY_RETENTION_MS, alarmName: 'other' }),
    );
    expect(ids(await history.list({ limit: 10 }))).toEqual(['3', '2']);
  });

  it('is not changed by a call that was aborted before it began', async () => {
    const history = await opened();
    const aborted = AbortSignal.abort(new Error('stop'));
    await expect(history.record(historyItem('1'), aborted)).rejects.toThrow('stop');
    expect(await history.list({ limit: 10 })).toEqual([]);
  });
}

export function historyItem(id: string, differences: Partial<AlarmHistoryItem> = {}): AlarmHistoryItem {
  return {
    id,
    alarmName: 'backlog-high',
    at: AT,
    type: 'StateUpdate',
    summary: 'Alarm updated from OK to ALARM',
    data: '{"version":"1.0"}',
    ...differences,
  };
}

function ids(items: readonly AlarmHistoryItem[]): string[] {
  return items.map(({ id }) => id);
}
