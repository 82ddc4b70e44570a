import { join } from 'node:path';
import type { Secrets } from '../core/ports/secrets.js';
import { KeyFileSecrets } from '../drivers/secrets/key-file.js';
import type { Config } from './config.js';

/**
 * Opens the secrets with the operator's key file, or with the data directory's own, which is created at its first use.
 */
export function openSecrets(config: Config): Secrets {
  const { access, dataDirectory } = config;
  const { secretsKeyFile } = access;
  return KeyFileSecrets.open(secretsKeyFile ?? join(dataDirectory, 'secrets.key'), secretsKeyFile === undefined);
}
