import fs from 'node:fs';
import { promisify } from 'node:util';
import { EbbError, isEbbError } from '../../../core/errors.js';

/**
 * The file calls that every object passes through: Node's callbacks as promises on plain descriptors. A FileHandle of
 * `node:fs/promises` would cost a quarter of the rate of small objects.
 */
export const openFile = promisify(fs.open);
export const syncFile = promisify(fs.fdatasync);
export const renameFile = promisify(fs.rename);
export const linkFile = promisify(fs.link);
export const unlinkFile = promisify(fs.unlink);
const readFrom = promisify(fs.read);
const writeVector = promisify(fs.writev);

/** Reads `length` bytes at `position`, or fewer if the file ends before. */
export async function readAt(fd: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readFrom(fd, buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Appends all chunks, with as many calls as that takes. */
export async function appendAll(fd: number, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  while (rest.length > 0) {
    const { bytesWritten } = await writeVector(fd, rest);
    rest = dropFirst(rest, bytesWritten);
  }
}

function dropFirst(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) {
    if (skip < chunk.length) rest.push(chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.length);
  }
  return rest;
}

/** Tells whether the operating system failed a call with one of these codes, such as `ENOENT`. */
export function failedWith(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Returns the error to raise for a failed write: a full disk or quota becomes `StorageFull`. */
export function writeFailure(error: unknown): unknown {
  if (isEbbError(error) || !failedWith(error, 'ENOSPC', 'EDQUOT')) return error;
  return new EbbError('StorageFull', 'Object storage has no room left.', { cause: error });
}
