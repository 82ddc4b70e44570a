import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { expectSuccess, isInstalled, run } from '../clients/programs.js';
import { startStandalone } from '../support/standalone.js';
import { engineAt } from './scene.js';
import { onEach } from './tested-drivers.js';

const ROOT = resolve(import.meta.dirname, '../..');
const hasCli = isInstalled('aws', '--version');

onEach(['dockerd', 'podman'], (driver) => {
  it.skipIf(!hasCli)(
    'the walk in the guide to containers builds, deploys, reads a page and leaves nothing',
    async () => {
      await using ebb = await startStandalone({ ...driver.settings, EBB_PORT: '7070' });
      const guide = await readFile(join(ROOT, 'docs/containers.md'), 'utf8');
      const [, script] = /<!-- walk:.*?-->\s+```bash\n(.*?)```/s.exec(guide)!;
      expect(script).toContain(ebb.url);
      const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
      const ran = await run('bash', ['-euo', 'pipefail', '-c', script!], {
        cwd: ROOT,
        env: { ...process.env, PATH, DOCKER_HOST: driver.engine },
      });
      expectSuccess(ran, ebb);
      expect(ran.output).toContain('Keeper of the book');
      expect(await engineAt(driver.engine!).listContainers({ all: true })).toEqual([]);
    },
  );
});
