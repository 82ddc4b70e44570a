import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogLine, LogSource } from '../../core/ports/logs.js';
import { FilesystemLogs } from './filesystem.js';
import type { LogLimits } from './filesystem/log-limits.js';

const NOON = Date.UTC(2026, 4, 1, 12);
const SOURCE = { endpointName: 'reader', variantName: 'blue', instanceId: 'i-1' } as const;
const READER = { endpointName: 'reader' };

let directory: string;
const opened: FilesystemLogs[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ebb-logs-'));
});

afterEach(async () => {
  for (const logs of opened.splice(0)) await logs.close();
  await rm(directory, { recursive: true });
});

async function open(limits: Partial<LogLimits> = {}): Promise<FilesystemLogs> {
  opened.push(await FilesystemLogs.open(directory, { limits }));
  return opened.at(-1)!;
}

async function readAll(logs: FilesystemLogs, after?: string): Promise<LogLine[]> {
  const { lines, hasMore } = await logs.read(READER, { after, limit: 100_000 });
  expect(hasMore).toBe(false);
  return [...lines];
}

async function textsOf(logs: FilesystemLogs, after?: string): Promise<string[]> {
  return (await readAll(logs, after)).map(({ text }) => text);
}

/** Writes the lines numbered `from` up to `to`, and waits until they are on disk. */
async function write(logs: FilesystemLogs, from: number, to: number, source: LogSource = SOURCE): Promise<void> {
  const writer = logs.open(source);
  for (let number = from; number < to; number += 1) writer.write('stdout', lineOf(number), NOON + number);
  await writer.close();
}

/** Returns a line of slightly more than 100 bytes. */
function lineOf(number: number): string {
  return `${number} ${'x'.repeat(100)}`;
}

async function filesOf(source: LogSource = SOURCE): Promise<string[]> {
  const folder = join(directory, source.endpointName, source.variantName!, source.instanceId!);
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

function sourceOf(instanceId: string, endpointName = 'reader'): LogSource {
  return { ...SOURCE, endpointName, instanceId };
}

async function idsOf(logs: FilesystemLogs, endpointName = 'reader'): Promise<(string | undefined)[]> {
  return (await logs.list(endpointName)).map(({ instanceId }) => instanceId);
}

describe('a log in files', () => {
  it('is plain text', async () => {
    const writer = (await open()).open(SOURCE);
    writer.write('stderr', 'no such file', NOON);
    await writer.close();
    const [file] = await filesOf();
    expect(await readFile(file!, 'utf8')).toMatch(/^2026-05-01T12:00:00\.000Z [0-9a-z]+ stderr no such file\n$/);
  });

  it('is created by its first line, and leaves no file if no line was written', async () => {
    const logs = await open();
    await logs.open(SOURCE).close();
    expect(await readdir(directory)).toEqual([]);
    expect(await logs.list('reader')).toEqual([]);
  });

  it('is read page by page, each from where the last one ended', async () => {
    const logs = await open();
    await write(logs, 0, 9_000);
    const { next } = await logs.read(READER, { limit: 5_000 });
    expect(await textsOf(logs, next)).toEqual(Array.from({ length: 4_000 }, (_, index) => lineOf(5_000 + index)));
    const { lines } = await logs.read({ ...READER, from: NOON + 7_777 }, { limit: 1 });
    expect(lines[0]?.text).toBe(lineOf(7_777));
    expect((await logs.tail('i-1', 4_000)).map(({ text }) => text)[0]).toBe(lineOf(5_000));
    expect((await logs.read(READER, { last: 4_000 })).lines[0]?.text).toBe(lineOf(5_000));
  });
});

it('writes a later line even if an earlier one arrived during a write', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const logs = await open();
    const writer = logs.open(SOURCE);
    writer.write('stdout', 'first', NOON);
    const reading = logs.read(READER, { limit: 1 });
    writer.write('stdout', 'meanwhile', NOON);
    await reading;
    const { next } = await logs.read(READER, { limit: 10 });
    vi.advanceTimersByTime(1_000);
    writer.write('stdout', 'later', NOON);
    const grown = logs.grown(READER, next, new AbortController().signal);
    vi.advanceTimersByTime(1_000);
    await expect(grown).resolves.toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

describe('rotation', () => {
  const limits = { segmentBytes: 10_000, segments: 3 };

  it('keeps the newest segments, always including the last line', async () => {
    const logs = await open(limits);
    for (let number = 0; number < 1_000; number += 50) await write(logs, number, number + 50);
    const files = await filesOf();
    expect(files).toHaveLength(3);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    expect(Math.max(...sizes)).toBeLessThan(20_000);
    const texts = await textsOf(logs);
    expect(texts.length).toBeGreaterThan(150);
    expect(texts).toEqual(Array.from({ length: texts.length }, (_, i) => lineOf(1_000 - texts.length + i)));
    expect(await logs.list('reader')).toMatchObject([{ sizeBytes: sizes.reduce((sum, size) => sum + size) }]);
  });

  it('does not disturb a reader that keeps up, and reports the gap to a reader that is too late', async () => {
    const logs = await open(limits);
    await write(logs, 0, 100);
    const early = await logs.read(READER, { limit: 50 });
    const late = await logs.read(READER, { limit: 1_000 });
    for (let number = 100; number < 1_000; number += 50) await write(logs, number, number + 50);
    const first = await logs.read(READER, { limit: 1 });
    expect(first.hasGap).toBe(false);
    const missed = await logs.read(READER, { after: early.next, limit: 1 });
    expect(missed).toMatchObject({ hasGap: true, lines: [{ text: first.lines[0]!.text }] });
    expect((await logs.read(READER, { after: late.next, limit: 1 })).hasGap).toBe(true);
    const onTime = await logs.read(READER, { after: first.next, limit: 1_000 });
    expect(onTime.hasGap).toBe(false);
    expect(onTime.lines.at(-1)?.text).toBe(lineOf(999));
  });

  it('keeps lines and cursors valid over a restart', async () => {
    const logs = await open(limits);
    for (let number = 0; number < 300; number += 50) await write(logs, number, number + 50);
    const before = await logs.read(READER, { limit: 100 });
    await logs.close();
    const again = await open(limits);
    expect((await again.read(READER, { limit: 100 })).lines).toEqual(before.lines);
    // As if the clock had been set back meanwhile.
    const writer = again.open(SOURCE);
    writer.write('stdout', 'earlier', NOON - 1_000_000);
    await writer.close();
    expect((await textsOf(again, before.next)).at(-1)).toBe('earlier');
  });
});

describe('a crash', () => {
  it('leaves no torn line', async () => {
    await write(await open(), 0, 3);
    const [file] = await filesOf();
    await appendFile(file!, '2026-05-01T12:00:01.000Z zzzzzzzzz stdout torn in the mid');
    const logs = await open();
    await write(logs, 3, 4);
    expect(await textsOf(logs)).toEqual([0, 1, 2, 3].map(lineOf));
    expect(await readFile(file!, 'utf8')).not.toContain('torn');
  });

  it('leaves bytes that are not a line unread', async () => {
    await write(await open(), 0, 1);
    const [file] = await filesOf();
    await appendFile(file!, `\0\0\0\0\n\nnot a line\n`);
    const logs = await open();
    await write(logs, 1, 2);
    expect(await textsOf(logs)).toEqual([0, 1].map(lineOf));
    expect((await logs.tail('i-1', 2)).map(({ text }) => text)).toEqual([0, 1].map(lineOf));
  });
});

describe('a writer that is faster than the disk', () => {
  it('loses the lines beyond the buffer, and the log tells their number where they are missing', async () => {
    const logs = await open({ bufferCharacters: 5_000 });
    const writer = logs.open(SOURCE);
    for (let number = 0; number < 1_000; number += 1) writer.write('stdout', lineOf(number), NOON + number);
    const kept = (await readAll(logs)).filter(({ stream }) => stream === 'stdout').length;
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(50);
    writer.write('stdout', 'after', NOON + 2_000);
    await writer.close();
    const lines = await readAll(logs);
    expect(lines.slice(kept)).toMatchObject([
      { stream: 'ebb', at: NOON + 999, text: expect.stringMatching(new RegExp(`^${1_000 - kept} lines were dropped`)) },
      { stream: 'stdout', text: 'after' },
    ]);
  });

  it('is not held up by a failing disk, and writes again when the disk recovers', async () => {
    const logs = await open();
    const inTheWay = join(directory, 'reader');
    await writeFile(inTheWay, '');
    const writer = logs.open(SOURCE);
    writer.write('stdout', 'lost', NOON);
    writer.write('stdout', 'lost too', NOON + 1);
    expect(await textsOf(logs)).toEqual([]);
    await rm(inTheWay);
    writer.write('stdout', 'kept', NOON + 2);
    await writer.close();
    expect(await textsOf(logs)).toEqual([expect.stringMatching(/^2 lines were dropped here/), 'kept']);
  });
});

it('a line that arrives while a batch fails is on disk before a reader passes it', async () => {
  const logs = await open();
  const inTheWay = join(directory, 'reader');
  await writeFile(inTheWay, '');
  const writer = logs.open(SOURCE);
  writer.write('stdout', 'lost', NOON);
  const reading = logs.read(READER, { limit: 10 });
  await rm(inTheWay);
  writer.write('stdout', 'kept', NOON + 1);
  const page = await reading;
  const rest = await textsOf(logs, page.next);
  expect([...page.lines.map(({ text }) => text), ...rest].filter((text) => text === 'kept')).toEqual(['kept']);
  await writer.close();
});

it('a page with few matching lines ends at its limit of pieces, and the next pages find the rest', async () => {
  const logs = await open({ pagePieces: 8 });
  const [talker, quiet] = [logs.open(sourceOf('i-1')), logs.open(sourceOf('i-2'))];
  const told: string[] = [];
  for (let number = 0; number < 400; number += 1) {
    talker.write('stdout', 'x'.repeat(16_000), NOON + number);
    if (number % 100 === 0) {
      quiet.write('data-log', `${number}`, NOON + number);
      told.push(`${number}`);
    }
    await logs.read(READER, { limit: 1 });
  }
  const query = { ...READER, streams: ['data-log'] } as const;
  const found: string[] = [];
  let pages = 0;
  for (let after: string | undefined, hasMore = true; hasMore && pages < 20; pages += 1) {
    const page = await logs.read(query, { after, limit: 100 });
    found.push(...page.lines.map(({ text }) => text));
    ({ next: after, hasMore } = page);
  }
  expect(found).toEqual(told);
  // The logs hold 6.4 MB, of which one page reads four pieces of each log: 1 MiB.
  expect(pages).toBeGreaterThan(4);
  expect(pages).toBeLessThan(10);
});

it('reading does not wait for a pause of a writer that writes all the time', async () => {
  const logs = await open();
  const writer = logs.open(SOURCE);
  const enough = new AbortController();
  let written = 0;
  const writing = (async () => {
    for (; !enough.signal.aborted && written < 100_000; written += 1) {
      writer.write('stdout', 'and so on', NOON);
      await setImmediate();
    }
  })();
  const { lines } = await logs.read(READER, { limit: 10 });
  enough.abort();
  await writing;
  expect(lines.length).toBeGreaterThan(0);
  expect(written).toBeLessThan(100_000);
});

it('reading ends when its signal is aborted', async () => {
  const logs = await open();
  await write(logs, 0, 9_000);
  const reader = new AbortController();
  const reading = logs.read({ ...READER, streams: ['data-log'] }, { limit: 1 }, reader.signal);
  reader.abort();
  await expect(reading).rejects.toThrow(/aborted/);
});

describe('ended instances', () => {
  it('may be written to while their logs are discarded, and the new lines are kept', async () => {
    const logs = await open({ ended: 1 });
    let kept = 0;
    for (let round = 0; round < 50; round += 1) {
      await write(logs, 0, 1, sourceOf('i-1'));
      const discarding = write(logs, 0, 1, sourceOf('i-2'));
      for (let turn = 0; turn < round; turn += 1) await Promise.resolve();
      const late = logs.open(sourceOf('i-1'));
      late.write('data-log', `late ${round}`, NOON + round);
      await late.close();
      const { lines } = await logs.read({ ...READER, instanceId: 'i-1' }, { limit: 100 });
      kept += lines.filter(({ text }) => text === `late ${round}`).length;
      await discarding;
    }
    expect(kept).toBe(50);
  });

  it('may be written to again while several logs are discarded at once', async () => {
    const logs = await open({ ended: 1 });
    for (let round = 0; round < 60; round += 1) {
      const ids = ['i-1', 'i-2', 'i-3', 'i-4'];
      const endings = ids.map((id) => write(logs, round, round + 1, sourceOf(id)));
      for (let turn = 0; turn < round; turn += 1) await setImmediate();
      const late = logs.open(sourceOf('i-1'));
      late.write('data-log', `late ${round}`, NOON + round);
      await Promise.all(endings);
      const { lines } = await logs.read({ ...READER, instanceId: 'i-1' }, { limit: 1_000 });
      expect(lines.map(({ text }) => text)).toContain(`late ${round}`);
      await late.close();
    }
  });

  it('are discarded beyond the limit of one endpoint, the longest unwritten first', async () => {
    const logs = await open({ endedPerEndpoint: 2 });
    const living = logs.open(sourceOf('living'));
    living.write('stdout', 'first of all', NOON - 1);
    const { next } = await logs.read(READER, { limit: 10 });
    for (let number = 1; number <= 4; number += 1) await write(logs, number, number + 1, sourceOf(`i-${number}`));
    await write(logs, 9, 10, sourceOf('i-9', 'other'));
    expect(await idsOf(logs)).toEqual(['i-4', 'i-3', 'living']);
    expect((await readdir(join(directory, 'reader/blue'))).sort()).toEqual(['i-3', 'i-4', 'living']);
    expect((await logs.read(READER, { after: next, limit: 1 })).hasGap).toBe(true);
  });

  it('that are discarded are a gap only for queries that match them', async () => {
    const logs = await open({ endedPerEndpoint: 1 });
    const green = { ...SOURCE, variantName: 'green', instanceId: 'i-9' };
    const { next: after } = await logs.read(READER, { limit: 10 });
    await write(logs, 0, 1, sourceOf('i-1'));
    await write(logs, 1, 2, green);
    const hasGap = async (query: object): Promise<boolean> =>
      (await logs.read({ ...READER, ...query }, { after, limit: 1 })).hasGap;
    expect([await hasGap({}), await hasGap({ variantName: 'blue' }), await hasGap({ instanceId: 'i-1' })]).toEqual([
      true,
      true,
      true,
    ]);
    expect([await hasGap({ variantName: 'green' }), await hasGap({ instanceId: 'i-9' })]).toEqual([false, false]);
  });

  it('are discarded beyond the limit of all endpoints, together with their folders', async () => {
    const logs = await open({ ended: 2 });
    for (const [index, name] of ['a', 'b', 'c'].entries()) await write(logs, index, index + 1, sourceOf('i', name));
    expect(await readdir(directory)).toEqual(['b', 'c']);
    expect(await idsOf(logs, 'a')).toEqual([]);
  });
});
