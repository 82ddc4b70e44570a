/**
 * Builds `dist` unless it is up to date. It is up to date if this script built it from the same sources, settings and
 * tools, and it still has a file for each source. The script compares contents, not times, because a checkout changes
 * times. It leaves a mark of the build in `dist`. Every build removes `dist` first, so a build that broke off, or that
 * another command made, has no mark. The mark is the hash from before the build, so a change during it makes the next
 * build.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const MARK = join(DIST, 'built-from.sha256');
const SETTINGS = ['.swcrc', 'nest-cli.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

const sources = ['apps', 'libs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(folder, file))
    .sort(),
);

function hashOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function isUpToDate(hash) {
  if (!existsSync(MARK) || readFileSync(MARK, 'utf8') !== hash) return false;
  return sources.every((source) => existsSync(join(DIST, source.replace(/\.ts$/, '.js'))));
}

const hash = hashOf([...SETTINGS, ...sources]);
if (!isUpToDate(hash)) {
  const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  execFileSync('nest', ['build'], { cwd: ROOT, env: { ...process.env, PATH }, stdio: 'inherit' });
  writeFileSync(MARK, hash);
}
