import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, misuse } from '../outcome/failure.js';
import type { Environment } from './settings.js';

const OTHERS = 0o077;

/** A bearer token, and where it was found: for people, never the token itself. */
export interface Credentials {
  readonly token: string;
  readonly source: string;
}

/**
 * The token for the Ebb at `url`: from EBB_TOKEN, from the file that EBB_TOKEN_FILE names, or from what `ebb login` has
 * kept for this very address. It is never taken from the command line, which others on the machine can read.
 */
export function findCredentials(environment: Environment, url: string): Credentials | undefined {
  const token = environment.text('EBB_TOKEN');
  if (token !== undefined) return { token: checkedToken(token, 'EBB_TOKEN'), source: 'EBB_TOKEN' };
  const file = environment.text('EBB_TOKEN_FILE');
  if (file !== undefined)
    return { token: checkedToken(readSecret(file).trim(), file), source: `EBB_TOKEN_FILE, ${file}` };
  const kept = readKept(environment.credentialsFile)[originOf(url)];
  return kept === undefined ? undefined : { token: kept, source: `ebb login, ${environment.credentialsFile}` };
}

/** Keeps a token for the Ebb at `url`, in a file that nobody else may read; without a token forgets the one that was kept. */
export function keepToken({ credentialsFile }: Environment, url: string, token: string | undefined): void {
  const { [originOf(url)]: _, ...others } = readKept(credentialsFile);
  const kept = token === undefined ? others : { ...others, [originOf(url)]: token };
  if (Object.keys(kept).length === 0) {
    rmSync(credentialsFile, { force: true });
    return;
  }
  mkdirSync(dirname(credentialsFile), { recursive: true, mode: 0o700 });
  const fresh = `${credentialsFile}.new`;
  // One that was left behind may be open to others.
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, credentialsFile);
}

function readKept(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  if ((statSync(file).mode & OTHERS) !== 0) {
    throw new Failure('refused', `Others may read ${file}, which holds access keys.`, {
      advice: `chmod 600 ${file}`,
    });
  }
  try {
    return JSON.parse(readSecret(file)) as Record<string, string>;
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure('failed', `${file} is not what ebb login wrote.`, {
      advice: 'Remove it and log in again.',
      cause,
    });
  }
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw misuse(`${file} cannot be read: ${(cause as Error).message}`);
  }
}

/**
 * Raises misuse unless a header takes it: an error about that would show the secret. `where` is what it is called.
 */
export function checkedToken(token: string, where: string): string {
  if (/^[\u0021-\u007e]{1,512}$/.test(token)) return token;
  throw misuse(`${where} is not an access key's token: those are up to 512 letters, digits and signs without spaces.`);
}

function originOf(url: string): string {
  return new URL(url).origin;
}
