import type { ModelDataSource } from '../../libs/core/model/model-data.js';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerDefinition } from '../../libs/core/model/container.js';

/** A container whose model is the object `s3://bucket/m`, unless told otherwise. */
export function containerOf(source: Partial<ModelDataSource>): ContainerDefinition {
  const full: ModelDataSource = { uri: 's3://bucket/m', dataType: 'S3Object', compression: 'None', ...source };
  return { image: 'x', environment: {}, modelDataSource: full };
}

/** All files below a directory with their contents. */
export async function filesIn(folder: string | undefined): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder!, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.slice(folder!.length + 1)] = await readFile(path, 'utf8');
  }
  return files;
}

/** How much a store has on disk: models that are kept, and what is passing. */
export async function leftIn(directory: string): Promise<number> {
  const folders = await Promise.all(['kept', 'passing'].map((name) => readdir(join(directory, name))));
  return folders.flat().length;
}
