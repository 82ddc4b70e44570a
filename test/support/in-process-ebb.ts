import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startStandalone } from '../../apps/standalone/start-standalone.js';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { Config } from '../../libs/host/config.js';
import { PinoLog } from '../../libs/host/pino-log.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** All of Ebb in this process, with a data directory that goes with it. */
export interface InProcessEbb extends AsyncDisposable {
  readonly url: string;
}

/** For what is asked of the API rather than of the process: it starts in a moment and needs no build. */
export async function startInProcess(settings: NodeJS.ProcessEnv = {}): Promise<InProcessEbb> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ebb-in-process-'));
  const environment = { PATH: process.env['PATH'], EBB_DATA_DIR: dataDirectory, EBB_PORT: '0', ...settings };
  const standalone = await startStandalone(Config.read(environment, ROOT), new PinoLog('silent'));
  return {
    url: standalone.url,
    async [Symbol.asyncDispose]() {
      await standalone.stop();
      await removeTree(dataDirectory);
    },
  };
}
