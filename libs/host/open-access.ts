import { mkdirSync } from 'node:fs';
import { SqliteCatalog } from '../drivers/catalog/sqlite.js';
import { SystemClock } from '../drivers/clock/system.js';
import { InProcessSignals } from '../drivers/signals/in-process.js';
import type { AccessWorld } from '../engine/access/access-material.js';
import type { Config } from './config.js';
import { openSecrets } from './open-secrets.js';

/** The part of the world that access keys need. */
export interface OpenAccess {
  readonly world: AccessWorld;
  close(): void;
}

/**
 * Opens the catalog and the secrets of a data directory while Ebb is stopped, so that its first key can be created.
 * Raises `Unavailable`, which names the directory, while Ebb runs on it.
 */
export function openAccess(config: Config): OpenAccess {
  mkdirSync(config.dataDirectory, { recursive: true });
  const catalog = SqliteCatalog.open(config.dataDirectory);
  try {
    const world = { catalog, clock: new SystemClock(), secrets: openSecrets(config), signals: new InProcessSignals() };
    return { world, close: () => catalog.close() };
  } catch (error) {
    catalog.close();
    throw error;
  }
}
