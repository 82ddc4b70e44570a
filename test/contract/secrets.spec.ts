import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyFileSecrets } from '../../libs/drivers/secrets/key-file.js';
import { MemorySecrets } from '../support/memory-secrets.js';
import { secretsContract } from './secrets.contract.js';

describe('the memory secrets', () => {
  secretsContract(() => new MemorySecrets());
});

describe('secrets under a key in a file', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ebb-secrets-'));
    file = join(directory, 'secrets.key');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  secretsContract(() => KeyFileSecrets.open(file, true));

  it('create a missing key, readable only by its owner, and leave no other file behind', () => {
    KeyFileSecrets.open(file, true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')).toHaveLength(32);
    expect(readdirSync(directory)).toEqual(['secrets.key']);
  });

  it('open texts that were sealed before a restart', () => {
    const sealed = KeyFileSecrets.open(file, true).seal('text', 'one');
    expect(KeyFileSecrets.open(file, true).open(sealed, 'one')).toBe('text');
  });

  it('open nothing with another key, and name the file', () => {
    const sealed = KeyFileSecrets.open(file, true).seal('text', 'one');
    const other = join(directory, 'other.key');
    expect(() => KeyFileSecrets.open(other, true).open(sealed, 'one')).toThrow(`with '${other}'`);
  });

  it('never create the key file of an operator', () => {
    expect(() => KeyFileSecrets.open(file, false)).toThrow(/cannot be used: ENOENT/);
    expect(existsSync(file)).toBe(false);
  });

  it.each([0o644, 0o604, 0o620, 0o660, 0o777])('refuse a key file of mode %o', (mode) => {
    KeyFileSecrets.open(file, true);
    chmodSync(file, mode);
    expect(() => KeyFileSecrets.open(file, true)).toThrow(/others have access to it: chmod 600 it/);
  });

  it.each([0o600, 0o400, 0o440, 0o640])('accept a key file of mode %o', (mode) => {
    KeyFileSecrets.open(file, true);
    chmodSync(file, mode);
    expect(() => KeyFileSecrets.open(file, false)).not.toThrow();
  });

  it.each(['hunter2', Buffer.alloc(16).toString('base64'), Buffer.alloc(33).toString('base64')])(
    'refuse a key that is %j, and do not repeat it',
    (text) => {
      writeFileSync(file, text, { mode: 0o600 });
      expect(() => KeyFileSecrets.open(file, true)).toThrow(/must hold the base64 of 32 bytes/);
      expect(() => KeyFileSecrets.open(file, true)).not.toThrow(text);
    },
  );
});
