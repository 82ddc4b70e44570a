import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startStandalone } from '../support/standalone.js';
import { PATH, expectSuccess, isInstalled, run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** The two blocks of the page, word for word: what is done before Ebb starts, and what is done at its usual address. */
it.skipIf(!isInstalled('aws', '--version'))(
  'the guide to access makes keys, uses, rotates and revokes them, and finds all of it on record',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ebb-access-walk-'));
    await writeFile(join(folder, 'ebb'), `#!/bin/sh\nexec node '${ROOT}/infra/ebb.mjs' "$@"\n`, { mode: 0o755 });
    const EBB_DATA_DIR = join(folder, 'data');
    const options = {
      cwd: folder,
      env: { ...process.env, EBB_DATA_DIR, PATH: `${folder}:${dirname(process.execPath)}:${PATH}` },
    };
    const page = await readFile(join(ROOT, 'docs/access.md'), 'utf8');
    const [before, after] = [...page.matchAll(/<!-- walk:.*?-->\s+```bash\n(.*?)```/gs)].map((match) => match[1]!);
    const first = await run('bash', ['-euo', 'pipefail', '-c', before!], options);
    expect([first.code, first.output]).toEqual([0, '']);

    const ebb = await startStandalone({ EBB_PORT: '7070', EBB_ACCESS: 'keys', EBB_DATA_DIR });
    try {
      const ran = await run('bash', ['-euo', 'pipefail', '-c', after!], options);
      expectSuccess(ran, ebb);
      expect(ran.output).toContain('"name":"admin","role":"operate"');
      expect(ran.output).toMatch(/RateLimit-Limit: 600/i);
      expect(ran.output).toMatch(/"code":"AccessDenied".*}403\n/);
      expect(ran.output).toMatch(/"code":"Unauthenticated".*}401$/m);
      const { items } = JSON.parse(/^\{"items":.*"callerName".*$/m.exec(ran.output)![0]) as {
        items: { action: string; callerName: string; status: number }[];
      };
      expect(items.map(({ action, callerName, status }) => [callerName, action, status])).toEqual([
        ['admin', 'revokeKey', 200],
        ['admin', 'rotateKey', 200],
        ['admin', 'sagemaker:CreateModel', 200],
        ['admin', 'createKey', 201],
      ]);
    } finally {
      await ebb.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
