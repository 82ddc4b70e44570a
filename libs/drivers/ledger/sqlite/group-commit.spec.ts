import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GroupCommit, MAX_WRITES_PER_GROUP } from './group-commit.js';

let database: Database.Database;
let group: GroupCommit;

beforeEach(() => {
  database = new Database(':memory:');
  database.exec('CREATE TABLE notes (text TEXT NOT NULL UNIQUE, filler BLOB)');
  group = new GroupCommit(database);
});
afterEach(() => database.close());

const notes = () => database.prepare('SELECT text FROM notes ORDER BY rowid').pluck().all();
const insert = (text: string) => database.prepare('INSERT INTO notes (text) VALUES (?)').run(text);
const note = (text: string, signal?: AbortSignal) => group.write(() => void insert(text), signal);

test('commits all writes of a turn of the event loop at its end, in the order of submission', async () => {
  const writes = ['a', 'b', 'c'].map((text) => note(text));
  expect(notes()).toEqual([]);
  await Promise.all(writes);
  expect(notes()).toEqual(['a', 'b', 'c']);
});

test('commits a full group without waiting for the end of the turn', async () => {
  const writes = Array.from({ length: MAX_WRITES_PER_GROUP + 1 }, (_, index) => note(`note ${index}`));
  expect(notes()).toHaveLength(MAX_WRITES_PER_GROUP);
  await Promise.all(writes);
  expect(notes()).toHaveLength(MAX_WRITES_PER_GROUP + 1);
});

test('resolves, and applies effects, only when the whole group is committed', async () => {
  let appliedInTransaction: boolean | undefined;
  const first = group.write((onCommit) => {
    insert('a');
    onCommit(() => (appliedInTransaction = database.inTransaction));
  });
  await Promise.all([first.then(() => expect(notes()).toEqual(['a', 'b'])), note('b')]);
  expect(appliedInTransaction).toBe(false);
});

test('rejects only the write that throws, and undoes its statements and effects', async () => {
  const effects: string[] = [];
  const effect = (name: string) => () => void effects.push(name);
  const good = group.write((onCommit) => {
    insert('before');
    onCommit(effect('good'));
    return 1;
  });
  const bad = group.write((onCommit) => {
    insert('half');
    onCommit(effect('bad'));
    insert('before');
  });
  const results = await Promise.allSettled([good, bad, note('after')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(notes()).toEqual(['before', 'after']);
  expect(effects).toEqual(['good']);
});

test('rejects the whole group as StorageFull when the disk is full, and writes again when there is room', async () => {
  const pages = database.pragma('page_count', { simple: true }) as number;
  database.pragma(`max_page_count = ${pages + 2}`);
  let applied = false;
  const small = group.write((onCommit) => {
    insert('small');
    onCommit(() => (applied = true));
  });
  const big = group.write(() => database.prepare('INSERT INTO notes VALUES (?, zeroblob(100000))').run('big'));
  const results = await Promise.allSettled([small, big]);
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'StorageFull' } });
  expect(notes()).toEqual([]);
  expect(applied).toBe(false);
  await note('next');
  expect(notes()).toEqual(['next']);
});

test('rejects the whole group as Unavailable when the disk fails, and writes again when it works', async () => {
  const unreadable = group.write(() => {
    insert('half');
    throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_READ');
  });
  const results = await Promise.allSettled([unreadable, note('a')]);
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'Unavailable' } });
  await note('b');
  expect(notes()).toEqual(['b']);
});

test('withdraws a write whose signal is aborted before the commit', async () => {
  const controller = new AbortController();
  const withdrawn = note('withdrawn', controller.signal);
  const kept = note('kept');
  controller.abort(new Error('gone'));
  await expect(withdrawn).rejects.toThrow('gone');
  await kept;
  expect(notes()).toEqual(['kept']);
});

test('commits the queued writes when it is closed, and refuses later ones', async () => {
  const last = note('last');
  group.close();
  expect(notes()).toEqual(['last']);
  await last;
  await expect(note('too late')).rejects.toMatchObject({ code: 'Unavailable' });
});
