import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SnsSurface } from '../../apps/api/aws/sns/sns-surface.js';
import { QueueServer } from '../../apps/api/aws/sqs/queue-server.js';
import { SqsSurface } from '../../apps/api/aws/sqs/sqs-surface.js';
import { StsSurface } from '../../apps/api/aws/sts/sts-surface.js';
import { FrontDoor, Surfaces } from '../../apps/api/front-door.js';
import { createFrontServer } from '../../apps/api/front-server.js';
import { SystemClock } from '../../libs/drivers/clock/system.js';
import { TopicNotifications } from '../../libs/drivers/notifications/topics.js';
import { InProcessSignals } from '../../libs/drivers/signals/in-process.js';
import { Log, type LogFields } from '../../libs/engine/log.js';
import { DeliverySender } from '../../libs/engine/delivery/send-deliveries.js';
import type { World } from '../../libs/engine/world.js';
import { Config } from '../../libs/host/config.js';
import { MemoryCatalog } from './memory-catalog.js';
import { MemoryOutbox } from './memory-outbox.js';
import { MemorySecrets } from './memory-secrets.js';
import { openGate } from './open-gate.js';

export const ACCOUNT_ID = '123456789012';
export const REGION = 'eu-central-1';

/** What every AWS client of a test is made with. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Ebb's SNS, SQS and STS behind the front door, over a catalog and an outbox in memory, with deliveries being sent. */
export interface MessagingServer extends AsyncDisposable {
  readonly url: string;
  readonly clients: ClientSettings;
  readonly catalog: MemoryCatalog;
  readonly outbox: MemoryOutbox;
  /** Fails when anything was logged as an error meanwhile. */
  close(): Promise<void>;
}

/** `directory` keeps the queues; without one they are gone with the server. */
export async function startMessagingServer(directory?: string): Promise<MessagingServer> {
  const data = directory ?? (await mkdtemp(join(tmpdir(), 'ebb-messaging-')));
  const config = Config.read({ EBB_ACCOUNT_ID: ACCOUNT_ID, EBB_REGION: REGION, EBB_DATA_DIR: data }, data);
  const catalog = new MemoryCatalog();
  const outbox = new MemoryOutbox();
  const signals = new InProcessSignals();
  const clock = new SystemClock();
  const log = new ErrorLog();
  const queues = new QueueServer(config);
  const { gate, sessions } = openGate({ catalog, clock, log, secrets: new MemorySecrets(), signals }, 'open');
  const surfaces: Surfaces = {
    byService: {
      sns: new SnsSurface(catalog, outbox, signals, clock, config),
      sqs: new SqsSurface(queues, clock, config),
      sts: new StsSurface(clock, config, sessions),
    },
  };
  const door = new FrontDoor(surfaces, gate, log);
  const server = createFrontServer({
    door: () => door,
    native: (_request, response) => response.writeHead(404).end(),
    limits: config.listening.limits,
    isOpen: true,
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = {
    endpoint: url,
    region: REGION,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
  };

  const sqs = new SQSClient({ ...clients, maxAttempts: 1 });
  const notifications = new TopicNotifications(catalog, sqs, clock, { baseUrl: () => url });
  const world = { catalog, outbox, signals, clock, log, notifications } as unknown as World;
  const sender = new DeliverySender(world, { add: () => undefined });
  sender.start();

  const close = async (): Promise<void> => {
    await sender.stop();
    await notifications.close();
    sqs.destroy();
    server.close();
    server.closeAllConnections();
    await queues.close();
    if (!directory) await rm(data, { recursive: true });
    if (log.errors.length > 0) throw new Error(`Errors were logged: ${log.errors.join('; ')}`);
  };
  return { url, clients, catalog, outbox, close, [Symbol.asyncDispose]: close };
}

class ErrorLog extends Log {
  readonly errors: string[] = [];

  override debug(): void {}
  override info(): void {}
  override warn(): void {}
  override error(event: string, fields?: LogFields): void {
    this.errors.push(`${event} ${JSON.stringify(fields)}`);
  }
}
