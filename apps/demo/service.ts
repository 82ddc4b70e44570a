import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A few seconds, so that the scale-in to zero can be watched. */
const KEEP_WARM_SECONDS = '3';

/** A running Ebb, as `npm start` would run it, in its own process and data directory. */
export interface Service {
  readonly url: string;
  /** Stops the process, waits for its end and removes its data. */
  stop(): Promise<void>;
}

/** Starts Ebb and waits until it is ready. */
export async function startService(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Service> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ebb-demo-'));
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../standalone/main.js')], {
    env: {
      ...environment,
      EBB_DATA_DIR: dataDirectory,
      EBB_PORT: '0',
      EBB_KEEP_WARM_SECONDS: KEEP_WARM_SECONDS,
      EBB_LOG_LEVEL: environment['EBB_LOG_LEVEL'] ?? 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(dataDirectory, { recursive: true });
  };
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = /ready at (http:\S+)/.exec(line);
    if (ready) return { url: ready[1]!, stop };
  }
  await stop();
  throw new Error('Ebb ended before it was ready; the reason is printed above.');
}
