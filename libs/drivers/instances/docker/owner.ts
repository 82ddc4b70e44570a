import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const OWNER_ID = /^[0-9a-f]{12}$/;

/**
 * Returns the id that marks the containers of the Ebb with its data in `directory`. The id is created once and kept
 * there, so it survives a restart. Another Ebb on the same engine has another id.
 */
export async function ownerOf(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'owner');
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, randomBytes(6).toString('hex'));
  try {
    // A link creates the file complete or not at all, and never replaces an existing one.
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
