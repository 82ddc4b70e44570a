import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const BUILD = join(ROOT, 'infra/images/build.mjs');

/** The folders that images of the tests are built of, each under its own name. */
const FOLDERS = {
  echo: join(ROOT, 'test/support/images/echo'),
  'no-op': join(ROOT, 'test/bench/images/no-op'),
  ocr: join(ROOT, 'infra/images/ocr'),
} as const;

/**
 * Builds images on the engine at `unix://…`, as `npm run images` does, and resolves with their names, such as
 * `localhost/echo`. Layers that the engine has already are not made again.
 */
export async function buildEngineImages(
  engine: string,
  images: readonly (keyof typeof FOLDERS)[] = ['echo'],
): Promise<string[]> {
  const folders = images.map((image) => FOLDERS[image]);
  const { stdout } = await promisify(execFile)(process.execPath, [BUILD, '--engine', engine, ...folders]);
  return stdout.trim().split('\n');
}
