import { type ReadStream, accessSync, constants, createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Input } from '../client/ebb-client.js';
import { misuse } from '../outcome/failure.js';

/** One input of `ebb invoke`. */
export interface Source {
  /** As it was given. */
  readonly file: string;
  /** Of a file on this machine. */
  readonly sizeBytes?: number;
  /** Whether it can be sent again when sending it was in vain. */
  readonly isRepeatable: boolean;
  /** Begins to read it. */
  open(): Input;
}

/** The inputs by their names: files of this machine, `-` for standard input, or `s3://` for what Ebb can reach itself. */
export function sourcesOf(files: readonly string[]): Source[] {
  if (files.filter((file) => file === '-').length > 1) throw misuse('Standard input can be read only once.');
  return files.map((file) => {
    if (file === '-') return { file, isRepeatable: false, open: () => ({ body: process.stdin }) };
    if (file.startsWith('s3://')) return { file, isRepeatable: true, open: () => ({ location: file }) };
    return fileSource(file);
  });
}

function fileSource(file: string): Source {
  const sizeBytes = sizeOf(file);
  return {
    file,
    sizeBytes,
    isRepeatable: true,
    open: (): Input & { readonly body: ReadStream } => ({ body: createReadStream(file), sizeBytes }),
  };
}

/** Nothing is sent before all that is named was found. */
function sizeOf(file: string): number {
  try {
    const stats = statSync(file);
    accessSync(file, constants.R_OK);
    if (stats.isFile()) return stats.size;
  } catch (error) {
    throw misuse(`${file} cannot be read: ${(error as Error).message}`);
  }
  throw misuse(`${file} is not a file.`, 'Name files; the shell knows how to list those of a folder: DIR/*');
}

/** A name for the output of each source, in their order; no two are the same. */
export function outputNames(sources: readonly Source[]): string[] {
  const used = new Set<string>();
  return sources.map(({ file }) => {
    const wanted = file === '-' ? 'stdin' : basename(file);
    let name = wanted;
    for (let count = 2; used.has(name); count += 1) name = `${wanted}-${count}`;
    used.add(name);
    return name;
  });
}
