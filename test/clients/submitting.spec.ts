import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { PATH, type Ran, expectSuccess, isInstalled, run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');
const GUIDE = join(ROOT, 'docs/submitting.md');
const LETTER = /Keeper of the book/;

/** What the guide to submitting shows, word for word, one after the other on one Ebb. */
describe.skipIf(!isInstalled('curl', '--version'))('the guide to submitting', () => {
  let folder: string;
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-submitting-'));
    await symlink(join(ROOT, 'infra'), join(folder, 'infra'));
    ebb = await startStandalone();
  });
  afterAll(async () => {
    await ebb?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the one block in a language. */
  async function runBlock(language: string, file: string, program: string, ...parameters: string[]): Promise<Ran> {
    const [, block] = new RegExp(`<!-- \\w+:.*?-->\\s+\`\`\`${language}\n(.*?)\`\`\``, 's').exec(
      await readFile(GUIDE, 'utf8'),
    )!;
    await writeFile(join(folder, file), block!);
    const env = { ...process.env, PATH, EBB: ebb.url };
    const ran = await run(program, [...parameters, file], { cwd: folder, env });
    expectSuccess(ran, ebb);
    return ran;
  }

  it('submits, repeats, waits, uploads and sends batches with curl', async () => {
    const { output } = await runBlock('bash', 'walk.sh', 'bash', '-euo', 'pipefail');
    expect(output).toMatch(/"position":0,.*"statusUrl":"\/v1\/invocations\/[^"]+"/);
    expect(output).toMatch(/^idempotent-replayed: true/m);
    expect(output).toContain('"state":"Completed"');
    expect(output.match(new RegExp(LETTER, 'g'))).toHaveLength(3);
    expect(output).toMatch(/^\{"line":1,"status":202,/m);
    expect(output).toMatch(/^\{"line":2,"status":400,.*"field":"line.priority"/m);
  });

  it('submits and waits from TypeScript', async () => {
    expect((await runBlock('ts', 'submit.mts', process.execPath)).output).toMatch(LETTER);
  });

  it.skipIf(!isInstalled('python3', '--version'))('submits, waits and sends a batch from Python', async () => {
    const { output } = await runBlock('python', 'submit.py', 'python3');
    expect(output).toMatch(LETTER);
    expect(output).toMatch(/^1 202\n2 202\n3 202\n$/m);
  });
});
