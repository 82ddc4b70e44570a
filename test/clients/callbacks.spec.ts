import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeFreePort } from '../../libs/drivers/instances/container/free-port.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { PATH, expectSuccess, isInstalled, run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ALL_TOLD = {
  heard: expect.stringMatching(
    /^listening\ninvocation\.completed (\S+) .*Keeper of the book.*\ninvocation\.failed (\S+) .*\(415\).*\nagain cb_\1\nagain cb_\2\n$/s,
  ) as string,
  // What nobody has signed is refused. On record the signature is left out.
  output: expect.stringMatching(
    /listening\n401\n.*"state":"delivered".*"webhook-signature":"v1,…".*"status":204/s,
  ) as string,
};

let guide: string;

beforeAll(async () => {
  guide = await readFile(join(ROOT, 'docs/callbacks.md'), 'utf8');
});

/** The one block in a language that is said to run. */
function block(language: string): string {
  return new RegExp(`<!-- \\w+:.*?-->\\s+\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide)![1]!;
}

/** The walk in the guide to callbacks, word for word, with each of the receivers that stand there. */
describe.skipIf(!isInstalled('curl', '--version'))('the guide to callbacks', () => {
  let folder: string;
  let ebb: StandaloneProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-callbacks-'));
    for (const needed of ['infra', 'node_modules']) await symlink(join(ROOT, needed), join(folder, needed));
    ebb = await startStandalone();
  });
  afterEach(async () => {
    await ebb?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the walk, and returns what was heard. */
  async function walk(receiver: string): Promise<{ readonly heard: string; readonly output: string }> {
    const [, file = ''] = receiver.split(' ');
    await writeFile(join(folder, file), block(file.endsWith('.py') ? 'python' : 'ts'));
    const port = String(await takeFreePort(new Set()));
    const path = `${dirname(process.execPath)}:${PATH}`;
    const env = { ...process.env, PATH: path, EBB: ebb.url, PORT: port, RECEIVER: receiver };
    const ran = await run('bash', ['-euo', 'pipefail', '-c', block('bash')], { cwd: folder, env });
    expectSuccess(ran, ebb);
    return { heard: await readFile(join(folder, 'heard.log'), 'utf8'), output: ran.output };
  }

  it('tells a receiver in TypeScript of every end, again where it is asked to, and through a rotation', async () => {
    expect(await walk('node receiver.mts')).toEqual(ALL_TOLD);
  });

  it.skipIf(!isInstalled('python3', '-c', 'import standardwebhooks'))(
    'tells a receiver in Python of every end, again where it is asked to, and through a rotation',
    async () => {
      expect(await walk('python3 receiver.py')).toEqual(ALL_TOLD);
    },
  );
});
