import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { type Ran, RunningCommand } from '../support/command-line.js';
import { run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** What npm packs of the build that there is, installed as `npm i -g` does it: nothing else of the checkout is in reach. */
describe('ebb as an installed package', () => {
  let folder: string;
  let root: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-install-'));
    const prefix = join(folder, 'prefix');
    root = join(prefix, 'lib/node_modules/ebb');
    await npm('pack', '--silent', '--pack-destination', folder);
    await npm('install', '--global', '--prefix', prefix, join(folder, `ebb-${version}.tgz`));
    mkdirSync(join(folder, 'elsewhere'));
    env = {
      PATH: `${join(prefix, 'bin')}${delimiter}${process.env['PATH']}`,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'share'),
    };
  }, 300_000);

  afterAll(async () => {
    await removeTree(join(folder, 'elsewhere/data'));
    await rm(folder, { recursive: true });
  }, 60_000);

  const start = (parameters: string[], more: Record<string, string> = {}): RunningCommand =>
    new RunningCommand('ebb', parameters, { cwd: join(folder, 'elsewhere'), env: { ...env, ...more } });
  const ebb = (parameters: string[], more?: Record<string, string>): Promise<Ran> => start(parameters, more).ended;

  it('says which one it is, and finds nothing amiss', async () => {
    expect(await ebb(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { code, out } = await ebb(['doctor']);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`${join(folder, 'share/ebb')}, which`) });
  });

  it('starts from anywhere, reads a page with the image it brings along, and keeps its data out of the package', async () => {
    const up = start(['up', '--port', '0'], { EBB_DATA_DIR: 'data' });
    try {
      await up.says(/Ctrl-C stops it/);
      const url = { EBB_URL: /http:\/\/127\.0\.0\.1:\d+/.exec(up.out + up.err)![0] };
      expect(await ebb(['deploy', 'ocr'], url)).toMatchObject({ code: 0 });
      const page = join(root, 'infra/images/ocr/pages/letter.png');
      const read = await ebb(['invoke', 'ocr', page, '--wait', '--accept', 'text/plain'], url);
      expect(read).toMatchObject({ code: 0, out: expect.stringContaining('Harbour Office') });
    } finally {
      up.child.kill('SIGINT');
    }
    expect(await up.ended).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'elsewhere/data'))).toBe(true);
    expect([existsSync(join(root, 'data')), existsSync(join(root, '.ebb'))]).toEqual([false, false]);
  });
});

it('npx runs ebb in a checkout', async () => {
  const ran = new RunningCommand('npx', ['--no-install', 'ebb', '--version'], { cwd: ROOT });
  expect(await ran.ended).toMatchObject({ code: 0, out: `${version}\n` });
});

/** Raises unless it ends well. */
async function npm(...parameters: string[]): Promise<void> {
  const { code, errors, output } = await run('npm', parameters, { cwd: ROOT, env: process.env });
  if (code !== 0) throw new Error(`npm ${parameters.join(' ')} ended with ${code}:\n${output}${errors}`);
}
