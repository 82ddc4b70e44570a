import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/**
 * The packages that a folder's package.json asks for, and those that they ask for, as they are installed at or above the
 * folder. `path` is where each belongs below an image, such as `node_modules/tesseract.js`.
 *
 * @param {string} folder
 * @returns {Promise<{ path: string, directory: string }[]>}
 */
export async function installedPackages(folder) {
  /** @type {Set<string>} */
  const directories = new Set();
  const asking = [folder];
  for (let from = asking.pop(); from !== undefined; from = asking.pop()) {
    for (const name of await dependenciesOf(from)) {
      const directory = findPackage(name, from);
      if (!directories.has(directory)) asking.push(directory);
      directories.add(directory);
    }
  }
  return [...directories].map((directory) => ({ path: pathInImage(directory), directory }));
}

/** @param {string} folder */
async function dependenciesOf(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return [];
  const { dependencies = {} } = JSON.parse(await readFile(file, 'utf8'));
  return Object.keys(dependencies);
}

/**
 * @param {string} name
 * @param {string} from
 */
function findPackage(name, from) {
  for (let above = from; ; above = dirname(above)) {
    const directory = join(above, 'node_modules', name);
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (above === dirname(above)) throw new Error(`'${name}' is not installed; run 'npm ci'. ${from} asks for it.`);
  }
}

/** @param {string} directory */
function pathInImage(directory) {
  const parts = directory.split(sep);
  return parts.slice(parts.indexOf('node_modules')).join(sep);
}
