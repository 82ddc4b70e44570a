import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { ProcessGuard } from './process-guard.js';
import { TOKEN_VARIABLE } from './process-table.js';

const LINUX = process.platform === 'linux';

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts a process that leads its own group and ends only by a signal. */
function start(token: string = randomUUID()): ChildProcess {
  const env = { PATH: process.env.PATH, [TOKEN_VARIABLE]: token };
  started.push(spawn('sleep', ['1000000'], { detached: true, stdio: 'ignore', env }));
  return started.at(-1)!;
}

async function signalOf(child: ChildProcess): Promise<unknown> {
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal;
}

describe('a guard whose owner has ended', () => {
  it('kills the process groups that were added', async () => {
    const guard = new ProcessGuard();
    const children = [start(), start()];
    for (const { pid } of children) guard.add(pid!);
    guard.close();
    expect(await Promise.all(children.map(signalOf))).toEqual(['SIGKILL', 'SIGKILL']);
  });

  it.runIf(LINUX)('kills by its token a process whose group was not added', async () => {
    const guard = new ProcessGuard();
    const token = randomUUID();
    guard.add(token);
    const child = start(token);
    guard.close();
    expect(await signalOf(child)).toBe('SIGKILL');
  });

  it('spares the processes that were removed, at any place among the others', async () => {
    const guard = new ProcessGuard();
    const [tokens, children] = [[1, 2, 3, 4].map(() => randomUUID()), [] as ChildProcess[]];
    for (const token of tokens) {
      guard.add(token);
      children.push(start(token));
      guard.add(children.at(-1)!.pid!);
    }
    for (const index of [0, 2]) {
      guard.remove(children[index]!.pid!);
      guard.remove(tokens[index]!);
    }
    guard.close();
    await Promise.all([signalOf(children[1]!), signalOf(children[3]!)]);
    for (const index of [0, 2]) {
      const child = children[index]!;
      expect(child.signalCode).toBeNull();
      child.kill('SIGTERM');
      expect(await signalOf(child)).toBe('SIGTERM');
    }
  });
});
