import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOORS, LAYERS, PARTS_OF_THE_WORLD, ROOMS } from './architecture/rooms.js';
import {
  type SourceFile,
  circles,
  crossings,
  doorViolations,
  homelessFiles,
  layerOfImport,
  layerViolations,
  namesWithoutFiles,
  partsOfTheWorld,
  roomViolations,
  rowsReachingUp,
  sourceFile,
} from './architecture/rules.js';

const ROOT = resolve(import.meta.dirname, '..');
const sources = [...sourceFiles('apps'), ...sourceFiles('libs')];

describe('the house', () => {
  it('has sources to check', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('lets each folder import only what the table allows', () => {
    expect(layerViolations(sources, LAYERS)).toEqual([]);
  });

  it('keeps drivers of one port from importing drivers of another, but lets all of them open SQLite', () => {
    const violations = crossings(sources, 'libs/drivers').filter(
      (line) => !/ imports libs\/drivers\/sqlite\//.test(line),
    );
    expect(violations).toEqual([]);
  });

  it('lets no app import another, except the standalone app, which runs all of them in one process', () => {
    expect(crossings(sources, 'apps').filter((line) => !line.startsWith('apps/standalone/'))).toEqual([]);
  });

  it('imports Nest only in host and apps', () => {
    const violations = sources
      .filter(({ path }) => !path.startsWith('libs/host/') && !path.startsWith('apps/'))
      .filter(({ specifiers }) => specifiers.some((specifier) => specifier.startsWith('@nestjs/')))
      .map(({ path }) => path);
    expect(violations).toEqual([]);
  });

  it('lets the wire use only the package that describes its documents', () => {
    const packages = sources
      .filter(({ path }) => path.startsWith('libs/wire/'))
      .flatMap(({ path, specifiers }) => specifiers.filter((each) => layerOfImport(path, each) === 'package'));
    expect([...new Set(packages)]).toEqual(['zod']);
  });

  it('keeps core and simulator pure: no async, clock or random numbers', () => {
    const impure =
      /\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random|performance\.|\bprocess\.|setTimeout|crypto/;
    const violations = sources
      .filter(({ path }) => path.startsWith('libs/core/') || path.startsWith('libs/simulator/'))
      .filter(({ text }) => impure.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(violations).toEqual([]);
  });

  it('reads the environment only where a process starts', () => {
    const allowed = new Set(['apps/cli/main.ts', 'apps/demo/main.ts', 'apps/standalone/main.ts']);
    const violations = sources
      .filter(({ path, text }) => /process\.env/.test(withoutComments(text)) && !allowed.has(path))
      .map(({ path }) => path);
    expect(violations).toEqual([]);
  });

  it('has no barrels and no catch-all folders', () => {
    const banned =
      /(^|\/)(index\.ts$|src\/|utils?(\/|\.ts$)|common(\/|\.ts$)|shared(\/|\.ts$)|helpers?(\/|\.ts$)|types(\/|\.ts$))/;
    expect(sources.map(({ path }) => path).filter((path) => banned.test(path))).toEqual([]);
  });

  it('names files in kebab case', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?\.ts$/;
    const names = sources.map(({ path }) => path).filter((path) => !kebab.test(path.split('/').at(-1)!));
    expect(names).toEqual([]);
  });

  it('names each file of a layer once, so that opening it by name finds it', () => {
    const twice = ['libs/core', 'libs/engine'].flatMap((layer) => {
      const names = sources
        .filter(({ path }) => path.startsWith(`${layer}/`))
        .map(({ path }) => path.split('/').at(-1)!);
      return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${layer}: ${name}`);
    });
    expect(twice).toEqual([]);
  });

  it.each(Object.entries(ROOMS))(
    'lets each room of %s import only what its row of the table allows',
    (layer, table) => {
      expect(roomViolations(sources, layer, table)).toEqual([]);
    },
  );

  it.each(Object.entries(ROOMS))('gives each file of %s a room, and lists only rooms that exist', (layer, table) => {
    expect({
      homeless: homelessFiles(sources, layer, table),
      missing: namesWithoutFiles(sources, layer, table),
    }).toEqual({ homeless: [], missing: [] });
  });

  it.each(Object.entries(ROOMS))(
    'has a table of the rooms of %s in which no room imports one above it',
    (layer, table) => {
      expect(rowsReachingUp(layer, table)).toEqual([]);
    },
  );

  it.each(Object.entries(DOORS))('imports %s only through its doors', (room, doors) => {
    expect(doorViolations(sources, room, doors)).toEqual([]);
  });

  it.each(Object.entries(PARTS_OF_THE_WORLD))(
    'lets %s of the engine use these parts of the world: %s',
    (room, parts) => {
      const files = sources.filter(({ path }) => path.startsWith(`libs/engine/${room}/`));
      expect([...new Set(files.flatMap(partsOfTheWorld))].sort()).toEqual(parts);
    },
  );

  it('says of every room of the engine which parts of the world it uses', () => {
    expect(Object.keys(PARTS_OF_THE_WORLD)).toEqual(Object.keys(ROOMS['libs/engine']!.rooms));
  });

  it('has every file that the page about it names', () => {
    const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    const named = [...page.matchAll(/`([\w/.-]+\.ts)`/g)].map((match) => match[1]!);
    const paths = [...sources.map(({ path }) => path), 'test/architecture/rooms.ts'];
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !paths.some((path) => path.endsWith(`/${name}`) || path === name))).toEqual([]);
  });

  it('has no files that import each other in a circle', () => {
    expect(circles(sources)).toEqual([]);
  });
});

describe('the rules of the architecture', () => {
  const core = ROOMS['libs/core']!;
  const engine = ROOMS['libs/engine']!;

  it('report an import against the table of layers', () => {
    const path = 'libs/engine/scaling/planted.ts';
    const driver = "import { ProcessInstances } from '../../drivers/instances/process.js';";
    expect(layerViolations(planted(path, driver), LAYERS)).toEqual([
      `${path} imports ../../drivers/instances/process.js`,
    ]);
    expect(layerViolations(planted(path, "import { setTimeout } from 'node:timers';"), LAYERS)).toHaveLength(1);
    expect(layerViolations(planted('libs/new/planted.ts', driver), LAYERS)).toHaveLength(1);
  });

  it('report an import against the table of rooms', () => {
    const path = 'libs/core/alarm/planted.ts';
    const text = "import { decide } from '../scaling/scaling-decision.js';";
    expect(roomViolations(planted(path, text), 'libs/core', core)).toEqual([
      `${path} imports libs/core/scaling/scaling-decision.ts`,
    ]);
    const dynamic = "const roof = await import('../engine.js');";
    expect(roomViolations(planted('libs/engine/access/planted.ts', dynamic), 'libs/engine', engine)).toHaveLength(1);
  });

  it('report a ground file that imports a room', () => {
    const text = "import type { Model } from './model/model.js';";
    const arn = sources.map((file) => (file.path === 'libs/core/arn.ts' ? sourceFile(file.path, text) : file));
    expect(roomViolations(arn, 'libs/core', core)).toEqual(['libs/core/arn.ts imports libs/core/model/model.ts']);
  });

  it('report a circle of imports', () => {
    const looping = [
      ...planted('libs/core/alarm/one.ts', "import type { Two } from './two.js';"),
      sourceFile('libs/core/alarm/two.ts', "import type { Three } from '../metric/three.js';"),
      sourceFile('libs/core/metric/three.ts', "import type { One } from '../alarm/one.js';"),
    ];
    expect(circles(looping)).toEqual([
      'libs/core/alarm/one.ts -> libs/core/alarm/two.ts -> libs/core/metric/three.ts -> libs/core/alarm/one.ts',
    ]);
  });

  it('report a file in no room, and a room without a row', () => {
    const lost = ['libs/core/planted.ts', 'libs/core/cost/planted.ts', 'apps/cli/planted.ts'];
    const files = [...sources, ...lost.map((path) => sourceFile(path, ''))];
    const found = Object.entries(ROOMS).flatMap(([layer, table]) => homelessFiles(files, layer, table));
    expect(found).toEqual(lost);
  });

  it('report a row that reaches up, and a row of a room that does not exist', () => {
    const table = { rooms: { access: ['model'], model: [] }, ground: ['gone.ts'], roof: [] };
    expect(rowsReachingUp('libs/core', table)).toEqual(['libs/core/access -> model']);
    expect(namesWithoutFiles(sources, 'libs/core', table)).toEqual(['libs/core/gone.ts']);
  });

  it('report an import into a room that does not use its doors', () => {
    const path = 'libs/engine/scaling/planted.ts';
    const text = "import { Member } from '../instance/fleet-member.js';";
    const [room, doors] = Object.entries(DOORS)[0]!;
    expect(doorViolations(planted(path, text), room, doors)).toEqual([
      `${path} imports libs/engine/instance/fleet-member.ts`,
    ]);
  });
});

describe('the parts of the world that a file takes', () => {
  it.each([
    ['named ones', "f(world: Pick<World, 'clock' | 'catalog'>): World['place']", ['catalog', 'clock', 'place']],
    ['all of them', 'constructor(private readonly world: World) {}', ['whole']],
    ['none, where a comment names it', '/** Takes the world: World. */', []],
  ])('are %s', (_which, text, parts) => {
    expect(partsOfTheWorld(sourceFile('libs/engine/access/planted.ts', text))).toEqual(parts);
  });
});

function planted(path: string, text = ''): SourceFile[] {
  return [...sources, sourceFile(path, text)];
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .map((path) => sourceFile(path, readFileSync(join(ROOT, path), 'utf8')));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
