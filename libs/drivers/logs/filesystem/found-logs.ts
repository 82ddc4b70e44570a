import type { Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSource } from '../../../core/ports/logs.js';
import { readLastLines, type Segment } from './segment.js';
import { segmentNameOf } from './source-log.js';
import { parseStamp } from './stamped-line.js';

/**
 * The folder name that stands for the variant and the instance in an endpoint's own log. Neither can have this name.
 */
const OWN = '_';
const LAST_BYTES = 64 * 1024;

/** A log found on disk at the start. */
export interface FoundLog {
  readonly source: LogSource;
  readonly folder: string;
  readonly segments: readonly Segment[];
  readonly lastStamp: number;
}

/**
 * Returns the folder of a source's log: `<root>/<endpoint>/<variant>/<instance>`, the path of SageMaker's log streams.
 */
export function folderOf(root: string, { endpointName, variantName = OWN, instanceId = OWN }: LogSource): string {
  return join(root, endpointName, variantName, instanceId);
}

/** Finds every log under the root, and repairs a last line that a crash has torn. */
export async function findLogs(root: string): Promise<FoundLog[]> {
  const found: FoundLog[] = [];
  for (const endpointName of await foldersIn(root)) {
    for (const variant of await foldersIn(join(root, endpointName))) {
      for (const instance of await foldersIn(join(root, endpointName, variant))) {
        const source =
          variant === OWN ? { endpointName } : { endpointName, variantName: variant, instanceId: instance };
        const log = await findLog(source, folderOf(root, source));
        if (log.segments.length > 0) found.push(log);
      }
    }
  }
  return found;
}

async function findLog(source: LogSource, folder: string): Promise<FoundLog> {
  const segments: Segment[] = [];
  for (const name of await readdir(folder)) {
    const after = parseStamp(segmentNameOf(name) ?? '');
    if (after === undefined) continue;
    const file = join(folder, name);
    segments.push({ file, after, sizeBytes: (await stat(file)).size });
  }
  segments.sort((a, b) => a.after - b.after);
  const last = segments.pop();
  if (!last) return { source, folder, segments, lastStamp: 0 };
  const mended = { ...last, sizeBytes: await mend(last) };
  const [line] = await readLastLines(mended, 1, () => true);
  return { source, folder, segments: [...segments, mended], lastStamp: line?.stamp ?? mended.after };
}

/** Cuts off the bytes after the last end of line, and returns the remaining size. */
async function mend({ file, sizeBytes }: Segment): Promise<number> {
  const handle = await open(file, 'r+');
  try {
    const start = Math.max(0, sizeBytes - LAST_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(sizeBytes - start), 0, sizeBytes - start, start);
    const whole = start + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    if (whole < sizeBytes) await handle.truncate(whole);
    return whole;
  } finally {
    await handle.close();
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
