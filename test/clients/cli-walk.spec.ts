import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { RunningCommand, startEbb } from '../support/command-line.js';
import { type Step, matches, walkBlocks } from '../support/console-walk.js';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/apps/cli/main.js');
/** Begins what each command prints; nothing else prints it. */
const MARK = '\u001e';

const blocks = walkBlocks(readFileSync(join(ROOT, 'docs/cli.md'), 'utf8'));
const up = blocks.find(({ note }) => note === 'in a shell of its own');
const walk = blocks.filter(({ note }) => note === '').flatMap(({ steps }) => steps);

/** The commands of docs/cli.md, in one shell, against an Ebb that `ebb up` has started. */
describe('the walk in the guide to ebb', () => {
  let folder: string;
  let ebb: RunningCommand;
  let printed: string[][];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-cli-walk-'));
    symlinkSync(join(ROOT, 'infra'), join(folder, 'infra'));
    writeFileSync(join(folder, 'ebb'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    const env = { EBB_DATA_DIR: join(folder, 'data'), XDG_CONFIG_HOME: join(folder, 'config') };
    ebb = startEbb(up!.steps[0]!.command.split(' ').slice(1), { env: { ...env, EBB_PORT: '0' } });
    await ebb.says(/Ctrl-C stops it/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(ebb.out)![0];
    printed = await play(walk, { ...env, EBB_URL: url, PATH: `${folder}${delimiter}${process.env['PATH']}` });
  }, 120_000);

  afterAll(async () => {
    ebb?.child.kill('SIGINT');
    await ebb?.ended;
    await removeTree(join(folder, 'data'));
    await rm(folder, { recursive: true });
  }, 60_000);

  async function play(steps: readonly Step[], env: Record<string, string>): Promise<string[][]> {
    // Whatever ends badly without saying so in the walk shows in what it printed.
    const script = steps.map(({ command }) => `printf '${MARK}'\n${command} || echo "ended with $?"\n`).join('');
    const shell = new RunningCommand('bash', ['-c', `exec 2>&1\n${script}`], { cwd: folder, env });
    const { out } = await shell.ended;
    const [, ...outputs] = out.split(MARK);
    return outputs.map((output) => (output === '' ? [] : output.replace(/\n$/, '').split('\n')));
  }

  it('begins with an Ebb that says where it is', () => {
    const said = up!.steps[0]!.output.map((line) => line.replace(/data in [^)]*/, `data in ${join(folder, 'data')}`));
    const lines = `${ebb.out}${ebb.err}`.trimEnd().split('\n');
    expect(matches(lines, said) || lines).toBe(true);
  });

  it('is a walk', () => {
    expect(walk.length).toBeGreaterThan(15);
    expect(printed).toHaveLength(walk.length);
  });

  it.each(walk.map(({ command, output }, at) => [command, output, at] as const))(
    'prints what it says for `%s`',
    (_command, said, at) => {
      expect(matches(printed[at]!, said) || printed[at]).toBe(true);
    },
  );
});
