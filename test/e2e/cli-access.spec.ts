import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { type Ran, ebb } from '../support/command-line.js';
import { newDataDirectory, startStandalone } from '../support/standalone.js';

interface Key {
  readonly id: string;
  readonly token: string;
}

describe('access keys on the command line', () => {
  let data: string;
  let home: string;
  const run = (parameters: string[], env: Record<string, string> = {}): Promise<Ran> =>
    ebb(parameters, { env: { EBB_DATA_DIR: data, XDG_CONFIG_HOME: home, ...env } });

  beforeEach(() => {
    data = newDataDirectory();
    home = mkdtempSync(join(tmpdir(), 'ebb-home-'));
  });

  afterEach(async () => {
    await removeTree(data);
    rmSync(home, { recursive: true, force: true });
  });

  it('can be created before Ebb first starts, admit their holders, and can then be created, rotated and revoked', async () => {
    const first = JSON.parse(
      (await run(['keys', 'create', 'admin', '--role', 'operate', '--local', '--json'])).out,
    ) as Key;
    await using service = await startStandalone({ EBB_DATA_DIR: data, EBB_ACCESS: 'keys' });
    const url = { EBB_URL: service.url };
    expect(await run(['endpoints'], url)).toMatchObject({ code: 4, err: expect.stringContaining('ebb login') });
    const admin = { ...url, EBB_TOKEN: first.token };
    expect(await run(['endpoints'], admin)).toMatchObject({ code: 0 });

    const made = await run(['keys', 'create', 'reader', '--role', 'read', '--json'], admin);
    const reader = { ...url, EBB_TOKEN: (JSON.parse(made.out) as Key).token };
    expect((await run(['endpoints'], reader)).code).toBe(0);
    expect(await run(['keys', 'ls'], reader)).toMatchObject({
      code: 4,
      err: expect.stringContaining('(AccessDenied)'),
    });

    const { id } = JSON.parse(made.out) as Key;
    const rotated = JSON.parse((await run(['keys', 'rotate', id, '--grace', '0s', '--json'], admin)).out) as Key;
    expect((await run(['endpoints'], reader)).code).toBe(4);
    expect((await run(['endpoints'], { ...url, EBB_TOKEN: rotated.token })).code).toBe(0);
    expect((await run(['keys', 'revoke', id], admin)).code).toBe(0);
    expect((await run(['endpoints'], { ...url, EBB_TOKEN: rotated.token })).code).toBe(4);
    expect((await run(['keys', 'revoke', 'EBBKAAAAAAAAAAAAAAAA'], admin)).code).toBe(3);

    const busy = await run(['keys', 'ls', '--local']);
    expect(busy).toMatchObject({ code: 7, out: '', err: expect.stringContaining('in use by another Ebb process') });
    expect(service.log.join('\n')).not.toContain(first.token);
  });

  it('are refused in the same words with and without --local', async () => {
    const wrong = await run(['keys', 'create', 'a/b', '--role', 'read', '--local']);
    expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('name must be') });
    expect((await run(['keys', 'revoke', 'EBBKAAAAAAAAAAAAAAAA', '--local'])).code).toBe(3);
    expect((await run(['keys', 'create', 'x'])).code).toBe(2);
  });
});
