import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { appendAll, readAt, writeFailure } from './file-calls.js';

it('writes more chunks than one system call takes, and reads them back', async () => {
  const path = join(tmpdir(), `ebb-file-calls-${process.pid}`);
  const fd = openSync(path, 'wx+');
  try {
    const chunks = Array.from({ length: 3_000 }, (_, i) => Buffer.from(`${i},`));
    await appendAll(fd, [Buffer.alloc(0), ...chunks]);
    expect(readFileSync(path)).toEqual(Buffer.concat(chunks));
    expect(await readAt(fd, 2, 4)).toEqual(Buffer.from('1,2,'));
    expect(await readAt(fd, 0, 1_000_000)).toEqual(Buffer.concat(chunks));
  } finally {
    closeSync(fd);
    rmSync(path);
  }
});

it.skipIf(process.platform !== 'linux')('raises StorageFull when the disk is full', async () => {
  const fd = openSync('/dev/full', 'w');
  try {
    const error = await appendAll(fd, [Buffer.from('x')]).catch((cause: unknown) => writeFailure(cause));
    expect(error).toMatchObject({ name: 'EbbError', code: 'StorageFull', cause: { code: 'ENOSPC' } });
  } finally {
    closeSync(fd);
  }
});
