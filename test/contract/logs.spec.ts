import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesystemLogs } from '../../libs/drivers/logs/filesystem.js';
import { MemoryLogs } from '../support/memory-logs.js';
import { logsContract } from './logs.contract.js';

logsContract('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ebb-logs-'));
  const logs = await FilesystemLogs.open(directory);
  return {
    logs,
    close: async () => {
      await logs.close();
      await rm(directory, { recursive: true });
    },
  };
});

logsContract('memory', async () => ({ logs: new MemoryLogs(), close: async () => {} }));
