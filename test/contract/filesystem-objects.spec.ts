import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesystemObjects } from '../../libs/drivers/objects/filesystem.js';
import { objectsContract } from './objects.contract.js';

objectsContract('objects as files', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ebb-objects-'));
  return {
    objects: await FilesystemObjects.open(root),
    close: () => rm(root, { recursive: true, force: true }),
  };
});
