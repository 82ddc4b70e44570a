import { dirname, join, normalize } from 'node:path/posix';
import type { Layer } from './rooms.js';

/** One source file by its path from the root, with its imports. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The imports as written in the file. */
  readonly specifiers: readonly string[];
}

/** Makes a source file from its text. */
export function sourceFile(path: string, text: string): SourceFile {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
  return { path, text, specifiers };
}

/** Returns the paths of our files that a file imports. */
export function importsOf({ path, specifiers }: SourceFile): string[] {
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)).replace(/\.js$/, '.ts'));
}

/** Finds imports from one layer into another that the table does not allow. */
export function layerViolations(
  sources: readonly SourceFile[],
  layers: Readonly<Record<string, readonly string[]>>,
): string[] {
  return sources.flatMap((file) =>
    file.specifiers
      .filter((specifier) => !layers[layerOf(file.path)]?.includes(layerOfImport(file.path, specifier)))
      .map((specifier) => `${file.path} imports ${specifier}`),
  );
}

/** Finds imports from one room of a layer into another that the layer's table does not allow. */
export function roomViolations(sources: readonly SourceFile[], layer: string, table: Layer): string[] {
  return within(sources, layer).flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith(`${layer}/`))
      .filter((target) => !mayImport(file.path, target, layer, table))
      .map((target) => `${file.path} imports ${target}`),
  );
}

function mayImport(from: string, to: string, layer: string, { rooms, ground, roof }: Layer): boolean {
  if (roof.includes(inLayer(from, layer))) return true;
  if (ground.includes(inLayer(to, layer))) return true;
  const [fromRoom, toRoom] = [roomOf(from, layer), roomOf(to, layer)];
  return toRoom !== undefined && (toRoom === fromRoom || rooms[fromRoom ?? '']?.includes(toRoom) === true);
}

/** Finds files that are neither in a room of the table nor named in it beside the rooms. */
export function homelessFiles(sources: readonly SourceFile[], layer: string, { rooms, ground, roof }: Layer): string[] {
  const known = new Set([...ground, ...roof]);
  return within(sources, layer)
    .map(({ path }) => path)
    .filter((path) => {
      const room = roomOf(path, layer);
      return room === undefined ? !known.has(inLayer(path, layer)) : !(room in rooms);
    });
}

/** Finds rows of a table that allow a room to import a room above it, or one that is not in the table. */
export function rowsReachingUp(layer: string, { rooms }: Layer): string[] {
  const order = Object.keys(rooms);
  return Object.entries(rooms).flatMap(([room, allowed]) =>
    allowed
      .filter((other) => !order.slice(0, order.indexOf(room)).includes(other))
      .map((other) => `${layer}/${room} -> ${other}`),
  );
}

/** Finds names in a table for which no file exists. */
export function namesWithoutFiles(sources: readonly SourceFile[], layer: string, table: Layer): string[] {
  const paths = within(sources, layer).map(({ path }) => inLayer(path, layer));
  const files = [...table.ground, ...table.roof].filter((name) => !paths.includes(name));
  const rooms = Object.keys(table.rooms).filter((room) => !paths.some((path) => path.startsWith(`${room}/`)));
  return [...files, ...rooms].map((name) => `${layer}/${name}`);
}

/** Finds imports, from outside a room, of files that are not its doors. */
export function doorViolations(sources: readonly SourceFile[], room: string, doors: readonly string[]): string[] {
  return sources
    .filter(({ path }) => !path.startsWith(`${room}/`))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith(`${room}/`) && !doors.includes(inLayer(target, room)))
        .map((target) => `${file.path} imports ${target}`),
    );
}

/** Finds every circle of imports, written as its path. */
export function circles(sources: readonly SourceFile[]): string[] {
  const graph = new Map(sources.map((file) => [file.path, importsOf(file)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Finds imports from one folder directly below `parent` into another. */
export function crossings(sources: readonly SourceFile[], parent: string): string[] {
  return within(sources, parent).flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith(`${parent}/`) && roomOf(target, parent) !== roomOf(file.path, parent))
      .map((target) => `${file.path} imports ${target}`),
  );
}

/** The parts of the engine's `World` that a file takes, by name, sorted; `whole` if it takes all of it. */
export function partsOfTheWorld({ text }: SourceFile): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
  const picks = [...code.matchAll(/Pick<\s*World,([^>]*)>/g)].map((match) => match[1]!);
  const members = [...code.matchAll(/World\[('[^']+')\]/g)].map((match) => match[1]!);
  const named = [...picks, ...members].flatMap((list) => [...list.matchAll(/'([^']+)'/g)].map((match) => match[1]!));
  const isWhole = /[:|&=] World\b(?!\[)/.test(code.replace(/Pick<\s*World,[^>]*>/g, ''));
  return [...new Set([...named, ...(isWhole ? ['whole'] : [])])].sort();
}

function within(sources: readonly SourceFile[], folder: string): SourceFile[] {
  return sources.filter(({ path }) => path.startsWith(`${folder}/`));
}

function inLayer(path: string, layer: string): string {
  return path.slice(layer.length + 1);
}

/** Returns the folder directly below the layer; undefined for files at its root. */
function roomOf(path: string, layer: string): string | undefined {
  const [room, ...rest] = inLayer(path, layer).split('/');
  return rest.length === 0 ? undefined : room;
}

function layerOf(path: string): string {
  return path.startsWith('apps/') ? 'apps' : path.split('/').slice(0, 2).join('/');
}

/** Returns the layer that an import leads to, or `node` or `package`. */
export function layerOfImport(from: string, specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier.startsWith('.') ? layerOf(normalize(join(dirname(from), specifier))) : 'package';
}
