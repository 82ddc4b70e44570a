import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const OWNER_ID = /^[0-9a-f]{12}$/;

/**
 * The id by which containers are told to belong to the Ebb that keeps its data in `directory`: made once and kept there, so
 * that it stays the same after a restart, and that another Ebb on the same engine has another one.
 */
export async function ownerOf(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'owner');
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, randomBytes(6).toString('hex'));
  try {
    // Whole or not at all, and never in place of one that is there.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const owner = (await readFile(file, 'utf8')).trim();
  if (!OWNER_ID.test(owner)) throw new Error(`${file} must hold 12 hexadecimal digits.`);
  return owner;
}
