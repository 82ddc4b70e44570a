import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../core/ports/catalog.js';
import type { Clock } from '../core/ports/clock.js';
import type { Instances } from '../core/ports/instances.js';
import type { Ledger } from '../core/ports/ledger.js';
import type { Logs } from '../core/ports/logs.js';
import type { Notifications } from '../core/ports/notifications.js';
import type { Objects } from '../core/ports/objects.js';
import type { Outbox } from '../core/ports/outbox.js';
import { CronerCalendar } from '../drivers/calendar/croner.js';
import { SqliteCatalog } from '../drivers/catalog/sqlite.js';
import { SystemClock } from '../drivers/clock/system.js';
import { ModelStore } from '../drivers/instances/model/model-store.js';
import { ProcessInstances } from '../drivers/instances/process.js';
import { openSqliteLedger } from '../drivers/ledger/open-sqlite.js';
import { FilesystemLogs } from '../drivers/logs/filesystem.js';
import { SqliteMetrics } from '../drivers/metrics/sqlite.js';
import { InProcessSignals } from '../drivers/signals/in-process.js';
import { type OwnCredential, newOwnCredential } from '../engine/access/access-material.js';
import type { AccessWorld } from '../engine/access/access-world.js';
import type { Log } from '../engine/log.js';
import { webhookSecretsOf } from '../engine/access/webhook-secrets.js';
import type { World } from '../engine/world.js';
import type { Config } from './config.js';
import { openSecrets } from './open-secrets.js';
import { OwnAgent } from './own-agent.js';

/** The drivers that the configuration chose, opened. */
export interface OpenWorld {
  readonly world: World;
  /** What Ebb shows where it calls itself. */
  readonly own: OwnCredential;
  /** Closes the drivers, last opened first. */
  close(): Promise<void>;
}

/**
 * Opens one driver for each port: one switch a port, and the only place where drivers are named. `ownUrl` is where Ebb
 * will listen; it is asked for only when something is sent. SDKs are imported only when they are used.
 */
export async function openWorld(config: Config, log: Log, ownUrl: () => string): Promise<OpenWorld> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    mkdirSync(config.dataDirectory, { recursive: true });
    const clock = new SystemClock();
    const catalog = SqliteCatalog.open(config.dataDirectory);
    closers.push(() => catalog.close());
    const secrets = openSecrets(config);
    const own = newOwnCredential({ secrets });
    const metrics = SqliteMetrics.open(config.dataDirectory);
    closers.push(() => metrics.close());
    const objects = await openObjects(config, closers);
    const { ledger, outbox } = await openLedger(config, log, closers);
    const signals = new InProcessSignals();
    const topics = await openNotifications(config, { catalog, clock, own, ownUrl }, closers);
    const notifications = await withCallbacks(config, topics, { catalog, clock, secrets, signals }, closers);
    const logs = await FilesystemLogs.open(join(config.dataDirectory, 'logs'));
    closers.push(() => logs.close());
    const instances = await openInstances(config, { objects, logs, log }, closers);
    const { place } = config;
    const world = Object.freeze<World>({
      calendar: new CronerCalendar(),
      catalog,
      clock,
      instances,
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
    return { world, own, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Containers do not reach what listens on this machine's loopback address alone; processes do. */
function progressUrls({ drivers, progressUrl }: Config, ownUrl: () => string): World['progressUrl'] {
  if (progressUrl === undefined && drivers.instances !== 'process') return undefined;
  return (token) => `${progressUrl?.replace(/\/$/, '') ?? ownUrl()}/v1/progress/${token}`;
}

type Closers = (() => void | Promise<void>)[];

async function openObjects(config: Config, closers: Closers): Promise<Objects> {
  switch (config.drivers.objects) {
    case 'filesystem': {
      const { FilesystemObjects } = await import('../drivers/objects/filesystem.js');
      return FilesystemObjects.open(join(config.dataDirectory, 'objects'));
    }
    case 's3': {
      const [{ S3Client }, { S3Objects }] = await Promise.all([
        import('@aws-sdk/client-s3'),
        import('../drivers/objects/s3.js'),
      ]);
      const endpoint = config.awsEndpoints.s3;
      const client = new S3Client({
        region: config.place.region,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        // Compatible servers at an address of their own seldom have a host name for each bucket.
        ...(endpoint && { endpoint, forcePathStyle: true }),
      });
      closers.push(() => client.destroy());
      return new S3Objects(client);
    }
  }
}

async function openInstances(
  config: Config,
  { objects, logs, log }: { readonly objects: Objects; readonly logs: Logs; readonly log: Log },
  closers: Closers,
): Promise<Instances> {
  const { region } = config.place;
  const directory = join(config.dataDirectory, 'models');
  const models = await ModelStore.open({ objects, directory, maxBytes: config.modelCacheBytes });
  switch (config.drivers.instances) {
    case 'process': {
      const instances = new ProcessInstances({
        imageFolders: [...config.imageFolders],
        directory: join(config.dataDirectory, 'instances'),
        models,
        logs,
        environment: config.environment,
        region,
      });
      closers.push(() => instances.close());
      return instances;
    }
    case 'docker': {
      const { DockerInstances } = await import('../drivers/instances/docker.js');
      const instances = await DockerInstances.open({
        ...config.containers,
        directory: join(config.dataDirectory, 'containers'),
        models,
        logs,
        region,
        onPull: (progress) => log.debug('An image is being pulled', { ...progress }),
      });
      closers.push(() => instances.close());
      return instances;
    }
  }
}

async function openLedger(
  config: Config,
  log: Log,
  closers: Closers,
): Promise<{ readonly ledger: Ledger; readonly outbox: Outbox }> {
  const record = openSqliteLedger(config.dataDirectory);
  closers.push(() => record.close());
  switch (config.drivers.ledger) {
    case 'sqlite':
      return record;
    case 'sqs': {
      const [{ SQSClient }, { SqsLedger }] = await Promise.all([
        import('@aws-sdk/client-sqs'),
        import('../drivers/ledger/sqs.js'),
      ]);
      const endpoint = config.awsEndpoints.sqs;
      const sqs = new SQSClient({ region: config.place.region, ...(endpoint && { endpoint }) });
      const ledger = new SqsLedger(record.ledger, sqs, {
        onLater: (what, error) =>
          log.warn('A call to SQS failed; the next round makes it good', { what, reason: String(error) }),
      });
      closers.push(async () => {
        await ledger.close();
        sqs.destroy();
      });
      return { ledger, outbox: record.outbox };
    }
  }
}

interface NotificationParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly own: OwnCredential;
  readonly ownUrl: () => string;
}

async function openNotifications(
  config: Config,
  { catalog, clock, own, ownUrl }: NotificationParts,
  closers: Closers,
): Promise<Notifications> {
  const { region } = config.place;
  switch (config.drivers.notifications) {
    case 'topics': {
      const [{ SQSClient }, { TopicNotifications }] = await Promise.all([
        import('@aws-sdk/client-sqs'),
        import('../drivers/notifications/topics.js'),
      ]);
      const sqs = new SQSClient(
        config.awsEndpoints.sqs
          ? { region, endpoint: config.awsEndpoints.sqs }
          : // The embedded queues are behind Ebb's own URL, which is not known before it listens.
            {
              region,
              endpoint: () => Promise.resolve(addressOf(ownUrl())),
              credentials: own,
              ...(config.listening.tls && {
                requestHandler: { httpsAgent: new OwnAgent(config.listening.tls.certFile) },
              }),
            },
      );
      const baseUrl = (): string => config.listening.publicUrl ?? ownUrl();
      const topics = new TopicNotifications(catalog, sqs, clock, { baseUrl });
      closers.push(async () => {
        await topics.close();
        sqs.destroy();
      });
      return topics;
    }
    case 'sns': {
      const [{ SNSClient }, { SnsNotifications }] = await Promise.all([
        import('@aws-sdk/client-sns'),
        import('../drivers/notifications/sns.js'),
      ]);
      const endpoint = config.awsEndpoints.sns;
      const client = new SNSClient({ region, ...(endpoint && { endpoint }) });
      closers.push(() => client.destroy());
      return new SnsNotifications(client);
    }
  }
}

/** Callbacks need a lookup of secrets and connections of their own, whatever tells the topics. */
async function withCallbacks(
  { callbackAllow }: Config,
  topics: Notifications,
  access: AccessWorld,
  closers: Closers,
): Promise<Notifications> {
  const [{ WebhookNotifications }, { NotificationsByReceiver }] = await Promise.all([
    import('../drivers/notifications/webhook.js'),
    import('../drivers/notifications/by-receiver.js'),
  ]);
  const callbacks = new WebhookNotifications(access.clock, {
    allowed: callbackAllow,
    secretsOf: (keyId, signal) => webhookSecretsOf(access, keyId, signal),
    userAgent: 'Ebb',
  });
  closers.push(() => callbacks.close());
  return new NotificationsByReceiver(topics, callbacks);
}

function addressOf(url: string): { protocol: string; hostname: string; port: number; path: string } {
  const { protocol, hostname, port } = new URL(url);
  return { protocol, hostname, port: Number(port), path: '/' };
}
