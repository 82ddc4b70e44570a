import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Returns the folder that holds `package.json`, looking upwards from a source or built file. Relative settings start
 * from it.
 */
export function repositoryRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error(`There is no package.json above ${from}.`);
  }
}
