import { join } from 'node:path';
import type { Secrets } from '../core/ports/secrets.js';
import { KeyFileSecrets } from '../drivers/secrets/key-file.js';
import type { Config } from './config.js';

/** The secrets' key: the operator's, or one of the data directory, which is made when it is first needed. */
export function openSecrets(config: Config): Secrets {
  const { access, dataDirectory } = config;
  const { secretsKeyFile } = access;
  return KeyFileSecrets.open(secretsKeyFile ?? join(dataDirectory, 'secrets.key'), secretsKeyFile === undefined);
}
