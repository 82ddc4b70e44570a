import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { EbbError, messageOf } from '../../../core/errors.js';

const KEY_BYTES = 32;
/**
 * The mode bits that must be off: others may have no access, and the group may not write. The group may read, because
 * some platforms mount secrets that way.
 */
const FORBIDDEN_MODE = 0o027;

/**
 * Reads the key in a file, written as base64 of 32 bytes. If `isOurs`, makes the file if it is missing. Raises
 * `Unavailable`.
 */
export function readKeyFile(file: string, isOurs: boolean): Buffer {
  try {
    return keyIn(file);
  } catch (error) {
    if (!isOurs || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(file, error);
  }
  try {
    makeKeyFile(file);
    return keyIn(file);
  } catch (error) {
    throw unusable(file, error);
  }
}

function keyIn(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    if (mode & FORBIDDEN_MODE) {
      throw new Error(`by its mode ${mode.toString(8)}, others have access to it: chmod 600 it`);
    }
    const text = readFileSync(descriptor, 'utf8').trim();
    const key = Buffer.from(text, 'base64');
    if (key.length !== KEY_BYTES || key.toString('base64') !== text) {
      throw new Error(`it must hold the base64 of ${KEY_BYTES} bytes, as openssl rand -base64 ${KEY_BYTES} prints it`);
    }
    return key;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes the file whole or not at all: a crash must not leave half a key, and two processes must both get the same key.
 */
function makeKeyFile(file: string): void {
  const draft = `${file}.${process.pid}`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(descriptor);
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
}

function unusable(file: string, cause: unknown): EbbError {
  const reason = messageOf(cause);
  return new EbbError('Unavailable', `The key file of the secrets, '${file}', cannot be used: ${reason}.`, { cause });
}
