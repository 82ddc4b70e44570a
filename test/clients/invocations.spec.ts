import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { PATH, type Ran, expectSuccess, isInstalled, run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');
const GUIDE = join(ROOT, 'docs/invocations.md');

/** What the guide to invocations shows, word for word: its image too. */
describe.skipIf(!isInstalled('curl', '--version'))('the guide to invocations', () => {
  let folder: string;
  let guide: string;
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-invocations-'));
    guide = await readFile(GUIDE, 'utf8');
    await symlink(join(ROOT, 'infra'), join(folder, 'infra'));
    await mkdir(join(folder, 'images/lines'), { recursive: true });
    for (const name of ['lines/ebb-image.json', 'lines/server.mjs']) {
      await writeFile(join(folder, 'images', name), blockAfter(`\`${name}\`:`));
    }
    ebb = await startStandalone({ EBB_IMAGES: [join(ROOT, 'infra/images'), join(folder, 'images')].join(delimiter) });
  });
  afterAll(async () => {
    await ebb?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function blockAfter(words: string): string {
    return /```\w+\n(.*?)```/s.exec(guide.slice(guide.indexOf(words)))![1]!;
  }

  async function runBlock(name: string): Promise<Ran> {
    const env = { ...process.env, PATH, EBB: ebb.url };
    const parameters = ['-euo', 'pipefail', '-c', blockAfter(`<!-- ${name}:`)];
    const ran = await run('bash', parameters, { cwd: folder, env });
    expectSuccess(ran, ebb);
    return ran;
  }

  it('looks, waits, follows, cancels, runs again and finds', async () => {
    const { output } = await runBlock('walk');
    expect(output).toMatch(/"state":"Completed".*"outputUrl":"\/v1\/invocations\/[^"]+\/output"/);
    expect(output).toContain('Keeper of the book');
    expect(output).toMatch(/^content-length: \d+/im);
    expect(output.match(/^event: state$/gm)).toHaveLength(3);
    expect(output).toMatch(/^event: progress$/m);
    expect(output).toMatch(/"why":"Dispatch is paused/m);
    expect(output).toContain('"state":"Cancelled"');
    expect(output).toContain('"redrivenAs":"');
    expect(output).toContain('"matched":3,');
    expect(output).toContain('"cancelled":3');
    expect(output).toContain('"redriven":2');
    expect(output).toContain('"nextCursor":"');
  });

  it('has a container tell how far it is', async () => {
    const { output } = await runBlock('progress');
    expect(output.match(/^event: \w+$/gm)).toEqual(
      ['state', 'state', ...Array.from({ length: 4 }, () => ['progress', 'partial']).flat(), 'state'].map(
        (event) => `event: ${event}`,
      ),
    );
    expect(output).toMatch(/^"progress":\{.*"message":"line 4 of 4"\}$/m);
    expect(output).toContain('ONE\nTWO\nTHREE\nFOUR');
  });
});
