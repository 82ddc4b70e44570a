import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CronerCalendar } from '../drivers/calendar/croner.js';
import { SqliteCatalog } from '../drivers/catalog/sqlite.js';
import { SystemClock } from '../drivers/clock/system.js';
import { FilesystemLogs } from '../drivers/logs/filesystem.js';
import { SqliteMetrics } from '../drivers/metrics/sqlite.js';
import { InProcessSignals } from '../drivers/signals/in-process.js';
import { type OwnCredential, newOwnCredential } from '../engine/access/access-material.js';
import type { Log } from '../engine/log.js';
import type { World } from '../engine/world.js';
import { Closers } from './closers.js';
import type { Config } from './config.js';
import { openInstances } from './open-instances.js';
import { openLedger } from './open-ledger.js';
import { openNotifications } from './open-notifications.js';
import { openObjects } from './open-objects.js';
import { openSecrets } from './open-secrets.js';

/** The drivers that the configuration chose, opened. */
export interface OpenWorld {
  readonly world: World;
  /** The credential with which Ebb calls itself. */
  readonly own: OwnCredential;
  /** Closes the drivers, last opened first. */
  close(): Promise<void>;
}

/**
 * Opens one driver for each port. If the configuration offers a choice, the port's `open-<port>.ts` makes it. `ownUrl`
 * returns the URL on which Ebb will listen; it is called only when something is sent. An SDK is imported only if it is
 * used.
 */
export async function openWorld(config: Config, log: Log, ownUrl: () => string): Promise<OpenWorld> {
  const closers = new Closers();
  try {
    const opened = await openDrivers(config, log, ownUrl, closers);
    return { ...opened, close: () => closers.closeAll() };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function openDrivers(
  config: Config,
  log: Log,
  ownUrl: () => string,
  closers: Closers,
): Promise<Omit<OpenWorld, 'close'>> {
  mkdirSync(config.dataDirectory, { recursive: true });
  const clock = new SystemClock();
  const catalog = SqliteCatalog.open(config.dataDirectory);
  closers.add(() => catalog.close());
  const secrets = openSecrets(config);
  const own = newOwnCredential({ secrets });
  const metrics = SqliteMetrics.open(config.dataDirectory);
  closers.add(() => metrics.close());
  const objects = await openObjects(config, closers);
  const { invocations, ledger, outbox } = await openLedger(config, log, closers);
  const signals = new InProcessSignals();
  const parts = { catalog, clock, own, ownUrl, secrets, signals };
  const notifications = await openNotifications(config, parts, closers);
  const logs = await FilesystemLogs.open(join(config.dataDirectory, 'logs'));
  closers.add(() => logs.close());
  const instances = await openInstances(config, { objects, logs, log }, closers);
  const { place } = config;
  const world = Object.freeze<World>({
    calendar: new CronerCalendar(),
    catalog,
    clock,
    instances,
    invocations,
    ledger,
    log,
    logs,
    metrics,
    notifications,
    objects,
    outbox,
    place,
    secrets,
    signals,
    publicUrl: (path) => `${config.listening.publicUrl ?? ownUrl()}${path}`,
    progressUrl: progressUrls(config, ownUrl),
  });
  return { world, own };
}

/**
 * Returns a maker of progress URLs if instances can reach Ebb: processes reach the loopback address, containers do not.
 */
function progressUrls({ drivers, progressUrl }: Config, ownUrl: () => string): World['progressUrl'] {
  if (progressUrl === undefined && drivers.instances !== 'process') return undefined;
  return (token) => `${progressUrl?.replace(/\/$/, '') ?? ownUrl()}/v1/progress/${token}`;
}
