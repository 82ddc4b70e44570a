import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InstanceLog } from './instance-log.js';

let root: string;
let file: string;
let log: InstanceLog;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-log-'));
  file = join(root, 'output.log');
  log = new InstanceLog(file);
});

afterEach(() => rm(root, { recursive: true }));

describe("an instance's log", () => {
  it('gives its last lines, oldest first, a line without an end included', async () => {
    const output = await log.open();
    await output.write('one\ntwo\n\nfour');
    await output.close();
    expect(await log.tail(3)).toEqual(['two', '', 'four']);
    expect(await log.tail(100)).toEqual(['one', 'two', '', 'four']);
  });

  it('stays inside its bounds under a writer that goes on, and keeps the newest', async () => {
    const output = await log.open();
    for (let line = 0; line < 1_000; line += 1) {
      await output.write(`line ${line}\n`);
      await log.trim(1_000);
      expect((await stat(file)).size).toBeLessThanOrEqual(1_000);
    }
    await output.close();
    expect((await stat(`${file}.1`)).size).toBeLessThanOrEqual(1_000);
    const lines = await log.tail(120);
    expect(lines).toHaveLength(120);
    expect(lines).toEqual(Array.from({ length: 120 }, (_, index) => `line ${index + 880}`));
  });

  it('is empty where there is none', async () => {
    expect(await log.tail(10)).toEqual([]);
  });
});
