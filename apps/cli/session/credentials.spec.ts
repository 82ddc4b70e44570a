import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCredentials, keepToken } from './credentials.js';
import { Environment } from './settings.js';

const EBB = 'http://127.0.0.1:7070';

describe('credentials', () => {
  let folder: string;
  const environment = (variables: NodeJS.ProcessEnv = {}): Environment =>
    new Environment({ XDG_CONFIG_HOME: folder, ...variables });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-credentials-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('are kept for one Ebb and given to no other', () => {
    keepToken(environment(), `${EBB}/`, 'ebb_one');
    keepToken(environment(), 'https://ebb.example.com', 'ebb_two');
    expect(findCredentials(environment(), EBB)?.token).toBe('ebb_one');
    expect(findCredentials(environment(), 'https://ebb.example.com')?.token).toBe('ebb_two');
    expect(findCredentials(environment(), 'http://127.0.0.1:7071')).toBeUndefined();
  });

  it('are kept where nobody else can read them', () => {
    keepToken(environment(), EBB, 'ebb_one');
    expect(statSync(environment().credentialsFile).mode & 0o777).toBe(0o600);
  });

  it('are not written into what an earlier time left open to others', () => {
    mkdirSync(join(folder, 'ebb'));
    writeFileSync(`${environment().credentialsFile}.new`, '', { mode: 0o644 });
    keepToken(environment(), EBB, 'ebb_one');
    expect(statSync(environment().credentialsFile).mode & 0o777).toBe(0o600);
  });

  it('are refused where others could have read them', () => {
    keepToken(environment(), EBB, 'ebb_one');
    chmodSync(environment().credentialsFile, 0o644);
    expect(() => findCredentials(environment(), EBB)).toThrow('Others may read');
  });

  it('are forgotten by themselves, and the file with the last of them', () => {
    keepToken(environment(), EBB, 'ebb_one');
    keepToken(environment(), 'http://other', 'ebb_two');
    keepToken(environment(), EBB, undefined);
    expect(readFileSync(environment().credentialsFile, 'utf8')).not.toContain('ebb_one');
    keepToken(environment(), 'http://other', undefined);
    expect(() => statSync(environment().credentialsFile)).toThrow('ENOENT');
  });

  it('come from EBB_TOKEN first, then from the file of EBB_TOKEN_FILE, then from a login', () => {
    keepToken(environment(), EBB, 'ebb_kept');
    const file = join(folder, 'token');
    writeFileSync(file, 'ebb_file\n');
    const sources = [{ EBB_TOKEN: 'ebb_env', EBB_TOKEN_FILE: file }, { EBB_TOKEN_FILE: file }, { EBB_TOKEN: '' }];
    const tokens = sources.map((variables) => findCredentials(environment(variables), EBB)?.token);
    expect(tokens).toEqual(['ebb_env', 'ebb_file', 'ebb_kept']);
  });

  it('that cannot be a token are refused without being shown', () => {
    const mistaken = environment({ EBB_TOKEN: 'my secret\nsecret' });
    expect(() => findCredentials(mistaken, EBB)).toThrow(/^EBB_TOKEN is not an access key's token(?!.*secret)/s);
  });
});
