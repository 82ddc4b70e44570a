import 'reflect-metadata';
import { isEbbError } from '../../libs/core/errors.js';
import type { Log } from '../../libs/engine/log.js';
import { Config } from '../../libs/host/config.js';
import { PinoLog } from '../../libs/host/pino-log.js';
import { ConfigError } from '../../libs/host/setting-reader.js';
import { repositoryRoot } from '../../libs/host/repository-root.js';
import { type Standalone, startStandalone } from './start-standalone.js';
import { letYoungGenerationGrow } from './young-generation.js';

/**
 * Runs all of Ebb in this process until SIGTERM or SIGINT, and returns the exit code. Prints one line when it is ready,
 * or one line with the reason if it cannot start.
 */
export async function serve(environment: NodeJS.ProcessEnv): Promise<number> {
  const stop = stopSignal();
  try {
    const config = Config.read(environment, repositoryRoot(import.meta.dirname));
    const log = new PinoLog(config.logLevel);
    const standalone = await startStandalone(config, log);
    letYoungGenerationGrow();
    if (config.listening.tls) process.on('SIGHUP', () => renewCertificate(standalone, log));
    console.log(`Ebb is ready at ${standalone.url} (profile ${config.profile}, data in ${config.dataDirectory})`);
    await stop;
    await standalone.stop();
    return 0;
  } catch (error) {
    if (!isForeseen(error)) throw error;
    console.error(`Ebb cannot start: ${error.message}`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

/** Renews the certificate; one that cannot be used replaces nothing. */
function renewCertificate(standalone: Standalone, log: Log): void {
  try {
    standalone.renewCertificate();
    log.info('The certificate was read again');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error('The certificate cannot be used; Ebb keeps the previous one', { reason: error.message });
  }
}

/** Resolves at the first signal; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/**
 * Recognises bad settings, a data directory in use and a port that is taken. Their message is enough; a stack would not
 * help.
 */
function isForeseen(error: unknown): error is Error {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (
    error instanceof ConfigError ||
    isEbbError(error) ||
    ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes(String(code))
  );
}
