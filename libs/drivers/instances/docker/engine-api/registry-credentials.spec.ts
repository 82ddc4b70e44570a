import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RegistryLogins } from './registry-credentials.js';

describe('credentials for registries', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-logins-'));
    file = join(folder, 'config.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const loginsOf = async (document: unknown): Promise<RegistryLogins> => {
    await writeFile(file, JSON.stringify(document));
    return new RegistryLogins(file);
  };

  it.each([
    ['registry.example', 'registry.example'],
    ['https://registry.example', 'registry.example'],
    ['https://index.docker.io/v1/', 'docker.io'],
  ])('are found under %s for %s', async (name, registry) => {
    const logins = await loginsOf({ auths: { [name]: { auth: Buffer.from('ebb:a:b').toString('base64') } } });
    expect(await logins.find(registry)).toEqual({ serveraddress: name, username: 'ebb', password: 'a:b' });
  });

  it('may be an identity token', async () => {
    const logins = await loginsOf({ auths: { 'registry.example': { identitytoken: 'token' } } });
    expect(await logins.find('registry.example')).toMatchObject({ identitytoken: 'token' });
  });

  it('are absent if the file has none or does not exist', async () => {
    expect(await (await loginsOf({ auths: { 'registry.example': {} } })).find('registry.example')).toBeUndefined();
    expect(await new RegistryLogins(join(folder, 'absent')).find('registry.example')).toBeUndefined();
  });

  it('of a credential helper are named in a hint', async () => {
    const logins = await loginsOf({ credsStore: 'desktop', credHelpers: { 'registry.example': 'ecr-login' } });
    expect(await logins.hint('registry.example')).toContain("credential helper 'ecr-login'");
    expect(await logins.hint('other.example')).toContain("credential helper 'desktop'");
    expect(await (await loginsOf({})).hint('registry.example')).toBeUndefined();
  });

  it('in a damaged file raise an error that names the file', async () => {
    await writeFile(file, '{');
    await expect(new RegistryLogins(file).find('registry.example')).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining(file),
    });
  });
});
