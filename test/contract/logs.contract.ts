import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogLine, LogPage, LogQuery, Logs } from '../../libs/core/ports/logs.js';
import { MAX_LOG_LINE_CHARACTERS } from '../../libs/core/ports/log-line.js';

/** The parts of a driver that the suite needs. */
export interface LogsScene {
  readonly logs: Logs;
  close(): Promise<void>;
}

const NOON = Date.UTC(2026, 4, 1, 12);
const FIRST = { endpointName: 'reader', variantName: 'blue', instanceId: 'i-1' } as const;
const SECOND = { endpointName: 'reader', variantName: 'green', instanceId: 'i-2' } as const;
const READER: LogQuery = { endpointName: 'reader' };
const never = new AbortController().signal;

/** The contract of every driver of `Logs`. */
export function logsContract(name: string, open: () => Promise<LogsScene>): void {
  describe(`logs in ${name}`, () => {
    let scene: LogsScene;
    let logs: Logs;

    beforeEach(async () => {
      scene = await open();
      ({ logs } = scene);
    });

    afterEach(() => scene.close());

    const textsOf = async (query: LogQuery, after?: string): Promise<string[]> =>
      (await logs.read(query, { after, limit: 1_000 })).lines.map(({ text }) => text);

    describe('reading', () => {
      it('returns each line with its time, stream and instance', async () => {
        logs.open(FIRST).write('stderr', 'warming up', NOON);
        const { lines, hasMore, hasGap } = await logs.read(READER, { limit: 10 });
        expect(lines).toEqual([{ ...FIRST, at: NOON, stream: 'stderr', text: 'warming up' }]);
        expect({ hasMore, hasGap }).toEqual({ hasMore: false, hasGap: false });
      });

      it('returns an empty page for an endpoint without lines, from which reading can continue', async () => {
        const { lines, next, hasMore } = await logs.read(READER, { limit: 10 });
        expect({ lines, hasMore }).toEqual({ lines: [], hasMore: false });
        logs.open(FIRST).write('stdout', 'first', NOON);
        expect(await textsOf(READER, next)).toEqual(['first']);
      });

      it('merges the lines of an endpoint’s instances in the order of time', async () => {
        const [first, second] = [logs.open(FIRST), logs.open(SECOND)];
        for (let at = 0; at < 6; at += 1) (at % 2 ? second : first).write('stdout', `line ${at}`, NOON + at);
        logs.open({ ...FIRST, endpointName: 'other', instanceId: 'i-3' }).write('stdout', 'of another', NOON);
        expect(await textsOf(READER)).toEqual([0, 1, 2, 3, 4, 5].map((at) => `line ${at}`));
      });

      it('accepts the endpoint name in any case', async () => {
        logs.open(FIRST).write('stdout', 'here', NOON);
        expect(await textsOf({ endpointName: 'READER' })).toEqual(['here']);
      });

      it('filters by instance, variant, stream and time', async () => {
        const [first, second] = [logs.open(FIRST), logs.open(SECOND)];
        first.write('stdout', 'a', NOON);
        first.write('stderr', 'b', NOON + 1_000);
        second.write('data-log', 'c', NOON + 2_000);
        second.write('stdout', 'd', NOON + 3_000);
        expect(await textsOf({ ...READER, instanceId: 'i-1' })).toEqual(['a', 'b']);
        expect(await textsOf({ ...READER, variantName: 'green' })).toEqual(['c', 'd']);
        expect(await textsOf({ ...READER, streams: ['stderr', 'data-log'] })).toEqual(['b', 'c']);
        expect(await textsOf({ ...READER, from: NOON + 1_000, to: NOON + 3_000 })).toEqual(['b', 'c']);
        expect(await textsOf({ ...READER, instanceId: 'i-2', streams: ['stderr'] })).toEqual([]);
      });

      it('finds a line that was written later than its time', async () => {
        const writer = logs.open(FIRST);
        writer.write('stdout', 'on time', NOON + 5_000);
        const { next } = await logs.read(READER, { limit: 10 });
        writer.write('stdout', 'late', NOON);
        expect(await textsOf(READER, next)).toEqual(['late']);
        expect(await textsOf({ ...READER, to: NOON + 1 })).toEqual(['late']);
        expect(await textsOf({ ...READER, from: NOON + 1 })).toEqual(['on time']);
      });

      it('returns every line once, page by page, also lines that are written in between', async () => {
        const [first, second] = [logs.open(FIRST), logs.open(SECOND)];
        const written: string[] = [];
        const write = (): void => {
          const text = `line ${written.length}`;
          (written.length % 3 ? first : second).write('stdout', text, NOON + Math.floor(written.length / 4));
          written.push(text);
        };
        for (let count = 0; count < 20; count += 1) write();
        const read: string[] = [];
        let page: LogPage = { lines: [], next: '', hasMore: true, hasGap: false };
        for (let after: string | undefined; page.hasMore || read.length < 30; after = page.next) {
          page = await logs.read(READER, { after, limit: 7 });
          read.push(...page.lines.map(({ text }) => text));
          if (written.length < 30) write();
        }
        expect(read).toEqual(written);
      });

      it('refuses an invalid place in the log', async () => {
        for (const after of ['', '../x', '-1', 'ö', 'z'.repeat(100)]) {
          await expect(logs.read(READER, { after, limit: 1 })).rejects.toMatchObject({ code: 'InvalidNextToken' });
        }
      });
    });

    describe('writing', () => {
      it('keeps any text as it is, line by line', async () => {
        const texts = ['', ' ', 'ümläut 🦀', 'tab\there', '\u0000\u001b[31mred', '{"a":"b"}', 'a\rb', '\u2028'];
        const writer = logs.open(FIRST);
        for (const text of texts) writer.write('stdout', text, NOON);
        writer.write('stdout', 'two\r\nlines', NOON);
        expect(await textsOf(READER)).toEqual([...texts, 'two', 'lines']);
      });

      it('cuts a line that is too long, and marks the cut', async () => {
        const writer = logs.open(FIRST);
        writer.write('stdout', 'x'.repeat(MAX_LOG_LINE_CHARACTERS), NOON);
        writer.write('stdout', '€'.repeat(MAX_LOG_LINE_CHARACTERS + 1), NOON);
        const [whole, cut] = await textsOf(READER);
        expect(whole).toBe('x'.repeat(MAX_LOG_LINE_CHARACTERS));
        expect(cut).toHaveLength(MAX_LOG_LINE_CHARACTERS);
        expect(cut).toMatch(/^€+ … \(cut\)$/);
      });

      it('continues a log that was closed, or is already open', async () => {
        const writer = logs.open(FIRST);
        writer.write('stdout', 'before', NOON);
        const other = logs.open(FIRST);
        other.write('data-log', 'meanwhile', NOON);
        await Promise.all([writer.close(), other.close()]);
        await writer.close();
        const again = logs.open(FIRST);
        again.write('stdout', 'after', NOON);
        await again.close();
        expect(await textsOf(READER)).toEqual(['before', 'meanwhile', 'after']);
      });

      it('adds the lines of the endpoint itself, without an instance, to its logs', async () => {
        logs.open(FIRST).write('stdout', 'a', NOON);
        logs.open({ endpointName: 'reader' }).write('data-log', 'nobody ran it', NOON + 1);
        const { lines } = await logs.read(READER, { limit: 10 });
        expect(lines[1]).toEqual({ endpointName: 'reader', at: NOON + 1, stream: 'data-log', text: 'nobody ran it' });
      });

      it('refuses an instance id that leads to another directory', () => {
        for (const instanceId of ['..', '.', '', 'a/b', '_']) {
          expect(() => logs.open({ ...FIRST, instanceId })).toThrow(
            expect.objectContaining({ code: 'InvalidRequest' }) as Error,
          );
        }
      });
    });

    describe('the last lines', () => {
      it('are those of the instance itself, oldest first', async () => {
        const writer = logs.open(FIRST);
        for (let index = 0; index < 10; index += 1)
          writer.write(index % 2 ? 'stderr' : 'stdout', `${index}`, NOON + index);
        writer.write('data-log', 'of Ebb', NOON + 20);
        logs.open(SECOND).write('stdout', 'of another', NOON + 30);
        const last: LogLine[] = await logs.tail('i-1', 3);
        expect(last.map(({ text }) => text)).toEqual(['7', '8', '9']);
        expect(last[0]).toEqual({ ...FIRST, at: NOON + 7, stream: 'stderr', text: '7' });
        expect(await logs.tail('i-1', 100)).toHaveLength(10);
        await writer.close();
        expect(await logs.tail('i-1', 1)).toEqual(last.slice(-1));
      });

      it('of a query are the last matches in the order of writing, and reading can continue from them', async () => {
        const [first, second] = [logs.open(FIRST), logs.open(SECOND)];
        for (let at = 0; at < 20; at += 1) (at % 3 ? second : first).write('stdout', `${at}`, NOON + at);
        second.write('stderr', 'apart', NOON + 30);
        const query: LogQuery = { ...READER, streams: ['stdout'], to: NOON + 18 };
        const page = await logs.read(query, { last: 4 });
        expect(page.lines.map(({ text }) => text)).toEqual(['14', '15', '16', '17']);
        expect(page.lines[1]).toMatchObject({ ...FIRST, at: NOON + 15 });
        expect(page).toMatchObject({ hasMore: false, hasGap: false });
        expect(await textsOf(READER, page.next)).toEqual([]);
        first.write('stdout', 'later', NOON + 40);
        expect(await textsOf(READER, page.next)).toEqual(['later']);
        expect((await logs.read(READER, { last: 1_000 })).lines).toHaveLength(22);
        expect(await logs.read(READER, { last: 0 })).toMatchObject({ lines: [] });
        expect(await logs.read({ endpointName: 'other' }, { last: 5 })).toMatchObject({ lines: [] });
      });

      it('are none if none are requested, or the instance is unknown', async () => {
        logs.open(FIRST).write('stdout', 'here', NOON);
        expect(await logs.tail('i-1', 0)).toEqual([]);
        expect(await logs.tail('i-9', 5)).toEqual([]);
      });
    });

    it('lists the logs of an endpoint, the latest written first', async () => {
      logs.open(FIRST).write('stdout', 'a', NOON);
      logs.open(SECOND).write('stdout', 'b', NOON + 1);
      logs.open({ ...FIRST, instanceId: 'silent' });
      await logs.read(READER, { limit: 1 });
      const sizeBytes = expect.any(Number) as number;
      expect(await logs.list('Reader')).toEqual([
        { ...SECOND, lastAt: NOON + 1, sizeBytes },
        { ...FIRST, lastAt: NOON, sizeBytes },
      ]);
      expect(await logs.list('other')).toEqual([]);
    });

    describe('growing', () => {
      it('resolves when a line is written, also to a new log', async () => {
        const { next } = await logs.read(READER, { limit: 10 });
        const grown = logs.grown(READER, next, never);
        logs.open(FIRST).write('stdout', 'new', NOON);
        await grown;
        expect(await textsOf(READER, next)).toEqual(['new']);
      });

      it('resolves at once if the line is already there', async () => {
        const { next } = await logs.read(READER, { limit: 10 });
        const writer = logs.open(FIRST);
        writer.write('stdout', 'new', NOON);
        await writer.close();
        await expect(logs.grown(READER, next, never)).resolves.toBeUndefined();
      });

      it('does not resolve for lines of other logs', async () => {
        const { next } = await logs.read(READER, { limit: 10 });
        let hasGrown = false;
        const stop = new AbortController();
        const grown = logs.grown({ ...READER, instanceId: 'i-1' }, next, stop.signal).then(() => (hasGrown = true));
        const writer = logs.open(SECOND);
        writer.write('stdout', 'of another', NOON);
        await writer.close();
        expect(hasGrown).toBe(false);
        stop.abort();
        await grown;
      });

      it('resolves when its signal is aborted', async () => {
        const { next } = await logs.read(READER, { limit: 10 });
        await logs.grown(READER, next, AbortSignal.abort());
        const stop = new AbortController();
        const grown = logs.grown(READER, next, stop.signal);
        stop.abort();
        await expect(grown).resolves.toBeUndefined();
      });
    });
  });
}
