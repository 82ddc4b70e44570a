import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Who may import whom: the table of CONTRIBUTING's "How the house is built", by folder. `package` stands for npm packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'libs/core': ['libs/core'],
  'libs/wire': ['libs/wire', 'libs/core', 'package'],
  'libs/engine': ['libs/engine', 'libs/core'],
  'libs/simulator': ['libs/simulator', 'libs/core'],
  'libs/drivers': ['libs/drivers', 'libs/core', 'node', 'package'],
  'libs/host': ['libs/host', 'libs/core', 'libs/engine', 'libs/drivers', 'node', 'package'],
  apps: ['apps', 'libs/core', 'libs/wire', 'libs/engine', 'libs/simulator', 'libs/host', 'node', 'package'],
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = [...sourceFiles('apps'), ...sourceFiles('libs')];

describe('the house', () => {
  it('has sources to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('lets each folder import only what the table allows', () => {
    const violations = sources.flatMap((file) => {
      const zone = zoneOf(file.path);
      return file.imports
        .filter((specifier) => !MAY_IMPORT[zone]!.includes(zoneOfImport(file.path, specifier)))
        .map((specifier) => `${file.path} imports ${specifier}`);
    });
    expect(violations).toEqual([]);
  });

  it('keeps drivers of one port from importing those of another, but lets all use what opens SQLite', () => {
    const violations = crossings('libs/drivers').filter((line) => !/ imports libs\/drivers\/sqlite\//.test(line));
    expect(violations).toEqual([]);
  });

  it('lets no app import another, but the standalone one, which is all of them in one process', () => {
    expect(crossings('apps').filter((line) => !line.startsWith('apps/standalone/'))).toEqual([]);
  });

  it('knows Nest only in host and apps', () => {
    const violations = sources
      .filter(({ path }) => !path.startsWith('libs/host/') && !path.startsWith('apps/'))
      .filter(({ imports }) => imports.some((specifier) => specifier.startsWith('@nestjs/')))
      .map(({ path }) => path);
    expect(violations).toEqual([]);
  });

  it('lets the wire use no package but the one that its documents are described with', () => {
    const packages = sources
      .filter(({ path }) => path.startsWith('libs/wire/'))
      .flatMap(({ path, imports }) => imports.filter((specifier) => zoneOfImport(path, specifier) === 'package'));
    expect([...new Set(packages)]).toEqual(['zod']);
  });

  it('keeps core and simulator pure: no async, no clock, no chance', () => {
    const impure =
      /\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random|performance\.|\bprocess\.|setTimeout|crypto/;
    const violations = sources
      .filter(({ path }) => path.startsWith('libs/core/') || path.startsWith('libs/simulator/'))
      .filter(({ text }) => impure.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(violations).toEqual([]);
  });

  it('reads the environment only where a process begins', () => {
    const allowed = new Set(['apps/cli/main.ts', 'apps/demo/main.ts', 'apps/standalone/main.ts']);
    const violations = sources
      .filter(({ path, text }) => /process\.env/.test(withoutComments(text)) && !allowed.has(path))
      .map(({ path }) => path);
    expect(violations).toEqual([]);
  });

  it('has no barrels and no folders for leftovers', () => {
    const banned =
      /(^|\/)(index\.ts$|src\/|utils?(\/|\.ts$)|common(\/|\.ts$)|shared(\/|\.ts$)|helpers?(\/|\.ts$)|types(\/|\.ts$))/;
    expect(sources.map(({ path }) => path).filter((path) => banned.test(path))).toEqual([]);
  });

  it('names files in kebab case', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?\.ts$/;
    const names = sources.map(({ path }) => path).filter((path) => !kebab.test(path.split('/').at(-1)!));
    expect(names).toEqual([]);
  });
});

/** Imports from one folder right below `folder` into another. */
function crossings(folder: string): string[] {
  const depth = folder.split('/').length;
  const room = (path: string): string =>
    path
      .split('/')
      .slice(0, depth + 1)
      .join('/');
  return sources
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .flatMap((file) =>
      file.imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => resolveImport(file.path, specifier))
        .filter((target) => target.startsWith(`${folder}/`) && room(target) !== room(file.path))
        .map((target) => `${file.path} imports ${target}`),
    );
}

function zoneOf(path: string): string {
  return path.startsWith('apps/') ? 'apps' : path.split('/').slice(0, 2).join('/');
}

function zoneOfImport(from: string, specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier.startsWith('.') ? zoneOf(resolveImport(from, specifier)) : 'package';
}

function resolveImport(from: string, specifier: string): string {
  return relative(ROOT, resolve(ROOT, dirname(from), specifier));
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
      return { path, text, imports };
    });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
