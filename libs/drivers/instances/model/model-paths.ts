import { BadModelData } from './model-failure.js';

/** The most files and directories in a model, including directories that only paths imply. */
export const MAX_MODEL_ENTRIES = 100_000;
/** The limit of SageMaker and of most file systems on one name. */
const MAX_NAME_BYTES = 255;
/** S3's limit on a key. */
const MAX_PATH_BYTES = 1_024;
const MAX_DEPTH = 64;
/** The most characters of a hostile name that a message repeats. */
const SHOWN_CHARACTERS = 100;

/**
 * The paths of one model. No path may lead outside, be ambiguous, or exceed the limits of a file system. Raises
 * `BadModelData`.
 */
export class ModelPaths {
  readonly #kinds = new Map<string, 'file' | 'directory'>();
  readonly #maxEntries: number;
  #entries = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Adds a file by the names on its path. A second file at the same path is refused. */
  addFile(names: readonly string[]): void {
    if (names.length === 0) throw new BadModelData('a file has no name');
    const path = this.#enter(names);
    const kind = this.#kinds.get(path);
    if (kind === 'file') throw new BadModelData(`the file ${shown(path)} is in it twice`);
    if (kind === 'directory') throw clash(path);
    this.#put(path, 'file');
  }

  /** Adds a directory by the names on its path. No names stand for the model's own directory. */
  addDirectory(names: readonly string[]): void {
    const path = this.#enter(names);
    if (path === '') return;
    if (this.#kinds.get(path) === 'file') throw clash(path);
    this.#put(path, 'directory');
  }

  /** Checks the path and adds the directories on it. */
  #enter(names: readonly string[]): string {
    this.#entries += 1;
    if (this.#entries > this.#maxEntries) throw this.#tooMany();
    const path = names.join('/');
    if (names.length > MAX_DEPTH) throw new BadModelData(`the path ${shown(path)} is more than ${MAX_DEPTH} deep`);
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new BadModelData(`the path ${shown(path)} is longer than ${MAX_PATH_BYTES} bytes`);
    }
    for (const name of names) checkName(name, path);
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const parent = path.slice(0, end);
      if (this.#kinds.get(parent) === 'file') throw clash(parent);
      this.#put(parent, 'directory');
    }
    return path;
  }

  #put(path: string, kind: 'file' | 'directory'): void {
    this.#kinds.set(path, kind);
    if (this.#kinds.size > this.#maxEntries) throw this.#tooMany();
  }

  #tooMany(): BadModelData {
    return new BadModelData(`it has more than ${this.#maxEntries} entries`);
  }
}

/** Refuses names that SageMaker disallows, and names that some tools misread. */
function checkName(name: string, path: string): void {
  const why = faultOf(name);
  if (why !== undefined) throw new BadModelData(`the path ${shown(path)} ${why}`);
}

function faultOf(name: string): string | undefined {
  if (name.trim() === '') return 'has an empty or blank name in it';
  if (name === '..') return 'leads outside';
  if (name === '.') return "has a name '.' in it";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `has a name of more than ${MAX_NAME_BYTES} bytes`;
  if (/\p{Cc}/u.test(name)) return 'has a control character in it';
  if (name.includes('\\')) return 'has a backslash in it';
  return undefined;
}

function clash(path: string): BadModelData {
  return new BadModelData(`${shown(path)} is a file and a directory of the same name`);
}

/** Prepares a name for a message: cut to length, and without characters that could disguise it. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return `'${cut.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\uFFFD')}'`;
}
