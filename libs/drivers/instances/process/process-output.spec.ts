import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { MAX_LOG_LINE_CHARACTERS } from '../../../core/ports/log-line.js';
import { ProcessOutput } from './process-output.js';

/** A writer that keeps the lines of each stream. */
function aWriter() {
  const written: Record<string, string[]> = { stdout: [], stderr: [] };
  const writer = { write: (stream: string, text: string) => void written[stream]!.push(text), close: async () => {} };
  return { written, writer };
}

function run(script: string): ChildProcess {
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
}

it('takes every line of both streams, including the last ones of a process', async () => {
  const child = run('console.log("a\\nb"); console.error("c"); process.stdout.write("no end")');
  const { written, writer } = aWriter();
  const output = new ProcessOutput({ stdout: child.stdout!, stderr: child.stderr! }, writer);
  await once(child, 'exit');
  await output.end();
  expect(written).toEqual({ stdout: ['a', 'b', 'no end'], stderr: ['c'] });
});

it('does not wait for the output of a process that outlives its parent', async () => {
  const forever = '["-e", "setInterval(() => {}, 1e6)"]';
  const options = '{ stdio: ["ignore", "inherit", "inherit"], detached: true }';
  const child = run(
    `console.log(require("child_process").spawn(process.execPath, ${forever}, ${options}).pid); process.exit()`,
  );
  const { written, writer } = aWriter();
  const output = new ProcessOutput({ stdout: child.stdout!, stderr: child.stderr! }, writer);
  await once(child, 'exit');
  await output.end();
  expect(written['stdout']).toEqual([expect.stringMatching(/^\d+$/)]);
  process.kill(Number(written['stdout']![0]), 'SIGKILL');
});

it('joins pieces of a line, even if they are cut within a character', async () => {
  const stdout = new PassThrough();
  const { written, writer } = aWriter();
  const output = new ProcessOutput({ stdout, stderr: new PassThrough().end() }, writer);
  const bytes = Buffer.from('für 🦀\nnext\n');
  for (const byte of bytes) stdout.write(Buffer.from([byte]));
  stdout.end();
  await output.end();
  expect(written['stdout']).toEqual(['für 🦀', 'next']);
});

it('holds only as much of an endless line as the log keeps', async () => {
  const stdout = new PassThrough();
  const { written, writer } = aWriter();
  const output = new ProcessOutput({ stdout, stderr: new PassThrough().end() }, writer);
  for (let count = 0; count < 100; count += 1) stdout.write('x'.repeat(10_000));
  stdout.end('\nshort\n');
  await output.end();
  expect(written['stdout']!.map(({ length }) => length)).toEqual([expect.any(Number), 'short'.length]);
  const [endless] = written['stdout']!;
  expect(endless!.length).toBeGreaterThan(MAX_LOG_LINE_CHARACTERS);
  expect(endless!.length).toBeLessThan(2 * MAX_LOG_LINE_CHARACTERS + 10_000);
});

it('makes a process wait if it prints more than one window takes', async () => {
  const stdout = new PassThrough();
  const { written, writer } = aWriter();
  const output = new ProcessOutput({ stdout, stderr: new PassThrough().end() }, writer);
  const paused = once(stdout, 'pause');
  stdout.write('line\n'.repeat(10_000));
  await paused;
  stdout.write('more\n');
  expect(written['stdout']).toHaveLength(10_000);
  await once(stdout, 'resume');
  stdout.end();
  await output.end();
  expect(written['stdout']).toHaveLength(10_001);
});
