import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InvocationRequest } from '../../core/invocation/invocation.js';
import { GroupCommit } from './sqlite/group-commit.js';
import { openSqliteLedger } from './open-sqlite.js';
import { openLedgerDatabase } from './sqlite/sqlite-database.js';
import { SqliteInvocations } from './sqlite/sqlite-invocations.js';
import { SqliteOutbox } from './sqlite/sqlite-outbox.js';
import { ledgerStatements } from './sqlite/sqlite-statements.js';
import { UnsettledCounts } from './sqlite/unsettled-counts.js';
import { SqliteLedger } from './sqlite.js';

const LEASE = { endpointName: 'ocr', workerId: 'worker-1', count: 10, now: 1_000, leasedUntil: 31_000 };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ebb-sqlite-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function request(number: number, change: Partial<InvocationRequest> = {}): InvocationRequest {
  return {
    id: `invocation-${String(number).padStart(6, '0')}`,
    inferenceId: 'label',
    endpointName: 'ocr',
    inputLocation: 's3://in/page.png',
    outputLocation: 's3://out/page.out',
    acceptedAt: number,
    expiresAt: number + 1_000,
    timeoutMs: 900_000,
    includeResponseIn: [],
    ...change,
  };
}

describe('when the disk is full', () => {
  let database: Database.Database;
  let ledger: SqliteLedger;
  let invocations: SqliteInvocations;
  let outbox: SqliteOutbox;

  beforeEach(() => {
    database = openLedgerDatabase(directory);
    const group = new GroupCommit(database);
    outbox = new SqliteOutbox(group);
    const sql = ledgerStatements(database);
    const counts = new UnsettledCounts(sql);
    invocations = new SqliteInvocations(group, sql, counts);
    ledger = new SqliteLedger(group, sql, counts, outbox);
  });
  afterEach(() => database.close());

  const limitPages = (extra: number) =>
    database.pragma(`max_page_count = ${(database.pragma('page_count', { simple: true }) as number) + extra}`);
  const bulky = { customAttributes: 'x'.repeat(3_000) };

  test('the ledger refuses accepts whole, as StorageFull, and accepts again when there is room', async () => {
    await ledger.accept(request(0));
    limitPages(20);
    const tries = Array.from({ length: 100 }, (_, index) => ledger.accept(request(index + 1, bulky)));
    for (const result of await Promise.allSettled(tries)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'EbbError', code: 'StorageFull' } });
    }
    expect(await invocations.list({})).toHaveLength(1);
    expect(await invocations.backlog('ocr')).toEqual({ queued: 1, running: 0, oldestAcceptedAt: 0 });
    limitPages(1_000);
    expect((await ledger.accept(request(1, bulky))).repeated).toBe(false);
    expect(await invocations.backlog('ocr')).toMatchObject({ queued: 2 });
  });

  test('the ledger does not record a settlement whose delivery has no room', async () => {
    await ledger.accept(request(0));
    const [leased] = await ledger.lease(LEASE);
    limitPages(3);
    const delivery = {
      id: 'delivery',
      receiver: { kind: 'topic', topicArn: 'arn:aws:sns:us-east-1:000000000000:done' },
      message: { body: 'x'.repeat(100_000) },
      createdAt: 0,
    } as const;
    const settle = () =>
      ledger.settle({ invocationId: leased!.id, attempt: 1 }, { state: 'Completed', settledAt: 2_000 }, [delivery]);
    await expect(settle()).rejects.toMatchObject({ code: 'StorageFull' });
    expect(await invocations.find(leased!.id)).toEqual(leased);
    expect(await invocations.backlog('ocr')).toEqual({ queued: 0, running: 1 });
    expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
    limitPages(1_000);
    expect(await settle()).toBe(true);
    expect(await outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
  });
});

test('only the deliveries that a killed process had taken are due again at once', async () => {
  const receiver = { kind: 'topic', topicArn: 'arn:aws:sns:us-east-1:000000000000:done' } as const;
  const before = openSqliteLedger(directory);
  const ids = ['new', 'tried', 'later'];
  await before.outbox.enqueue(ids.map((id) => ({ id, receiver, message: { body: '' }, createdAt: 0 })));
  await before.outbox.take(3, 0, 60_000);
  await before.outbox.record({ id: 'tried', createdAt: 0 }, { kind: 'retry', at: 1, reason: 'refused' });
  await before.outbox.record({ id: 'later', createdAt: 0 }, { kind: 'retry', at: 9, reason: 'refused' });
  await before.outbox.take(1, 1, 60_000);
  before.close();

  const after = openSqliteLedger(directory);
  try {
    const due = await after.outbox.take(3, 1, 60_000);
    expect(due.map(({ delivery }) => delivery.id)).toEqual(['new', 'tried']);
  } finally {
    after.close();
  }
});

describe('one process owns the data directory', () => {
  /** Opens the file as another process would, reports that on its output, and waits to be killed. */
  const HOLDER = `
    const database = new (require('better-sqlite3'))(process.argv[1], { timeout: 0 });
    try {
      database.pragma('locking_mode = EXCLUSIVE');
      database.pragma('journal_mode = WAL');
      database.exec('BEGIN EXCLUSIVE; COMMIT');
      console.log('opened');
      setInterval(() => {}, 1_000);
    } catch (error) {
      console.log(error.code);
    }`;

  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  async function openElsewhere(): Promise<{ said: string; child: ChildProcess }> {
    const child = spawn(process.execPath, ['-e', HOLDER, join(directory, 'ledger.sqlite')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [said] = await once(child.stdout, 'data');
    return { said: String(said).trim(), child };
  }

  test('a second process is refused, with the name of the directory, until the first is killed', async () => {
    const { said, child } = await openElsewhere();
    expect(said).toBe('opened');
    const refusal = { code: 'Unavailable', message: expect.stringContaining(directory) };
    expect(() => openSqliteLedger(directory)).toThrow(expect.objectContaining(refusal));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const opened = openSqliteLedger(directory);
    await opened.ledger.accept(request(1));
    opened.close();
  });

  test('no other process can use the file while the owner has it open', async () => {
    const opened = openSqliteLedger(directory);
    expect((await openElsewhere()).said).toMatch(/^SQLITE_BUSY/);
    expect(() => openSqliteLedger(directory)).toThrow('in use by another');
    await opened.ledger.accept(request(1));
    opened.close();
    expect((await openElsewhere()).said).toBe('opened');
  });
});

test('closing commits the writes under way and refuses later calls', async () => {
  const opened = openSqliteLedger(directory);
  const accepted = opened.ledger.accept(request(1));
  opened.close();
  await accepted;
  await expect(opened.ledger.accept(request(2))).rejects.toMatchObject({ code: 'Unavailable' });
  await expect(opened.invocations.find(request(1).id)).rejects.toMatchObject({ code: 'Unavailable' });
  const again = openSqliteLedger(directory);
  expect(await again.invocations.list({})).toHaveLength(1);
  again.close();
});

test('a file of a newer version is refused', () => {
  openSqliteLedger(directory).close();
  const database = new Database(join(directory, 'ledger.sqlite'));
  database.pragma('user_version = 99');
  database.close();
  expect(() => openSqliteLedger(directory)).toThrow(/newer version of Ebb/);
});

test('a directory that cannot be created is refused with its name', () => {
  const impossible = join('/dev/null', 'data');
  expect(() => openSqliteLedger(impossible)).toThrow(expect.objectContaining({ code: 'Unavailable' }));
  expect(() => openSqliteLedger(impossible)).toThrow(impossible);
});

test('the ledger of :memory: is kept in memory', async () => {
  const { ledger, close } = openSqliteLedger(':memory:');
  await ledger.accept(request(1));
  expect(await ledger.lease(LEASE)).toHaveLength(1);
  close();
});
