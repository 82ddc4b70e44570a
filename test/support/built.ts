import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Builds `dist` before the first spec that starts the built service or the built `ebb`, unless it is up to date. */
export function setup(): void {
  execFileSync(process.execPath, ['infra/build-when-stale.mjs'], { cwd: ROOT, stdio: 'inherit' });
}
