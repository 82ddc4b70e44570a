import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchSurface } from '../../apps/api/aws/cloudwatch/cloudwatch-surface.js';
import { ControlSurface } from '../../apps/api/aws/control/control-surface.js';
import { ScalingSurface } from '../../apps/api/aws/scaling/scaling-surface.js';
import type { Catalog } from '../../libs/core/ports/catalog.js';
import type { Clock } from '../../libs/core/ports/clock.js';
import type { Notifications } from '../../libs/core/ports/notifications.js';
import type { Signal } from '../../libs/core/ports/signals.js';
import { CronerCalendar } from '../../libs/drivers/calendar/croner.js';
import { SystemClock } from '../../libs/drivers/clock/system.js';
import { SnsNotifications } from '../../libs/drivers/notifications/sns.js';
import { TopicNotifications } from '../../libs/drivers/notifications/topics.js';
import { InProcessSignals } from '../../libs/drivers/signals/in-process.js';
import { type Counts, InstanceCounts } from '../../libs/engine/instance/instance-view.js';
import { Log } from '../../libs/engine/log.js';
import { Meter } from '../../libs/engine/metric/meter.js';
import type { World } from '../../libs/engine/world.js';
import { Config } from '../../libs/host/config.js';
import { admitAnyone } from './admit-anyone.js';
import { EndpointLife } from './endpoint-life.js';
import { MemoryCatalog } from './memory-catalog.js';
import { type InstancesScript, MemoryInstances } from './memory-instances.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryLogs } from './memory-logs.js';
import { MemoryMetrics } from './memory-metrics.js';
import { MemoryObjects } from './memory-objects.js';
import { MemoryOutbox } from './memory-outbox.js';
import { MemorySecrets } from './memory-secrets.js';

/** The control plane, Application Auto Scaling and CloudWatch over memory drivers, with the clients that judge them. */
export interface ControlHost {
  readonly url: string;
  readonly sagemaker: SageMakerClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly cloudwatch: CloudWatchClient;
  /** Takes what is put, and measures nothing by itself. */
  readonly meter: Meter;
  readonly world: World;
  readonly life: EndpointLife;
  /** What instances a variant is said to have, by endpoint and variant. */
  readonly counts: Map<string, Counts>;
  readonly signals: Signal[];
  /** Lines that were logged as errors. */
  readonly errors: string[];
  close(): Promise<void>;
}

export interface ControlHostOptions {
  readonly script?: InstancesScript;
  readonly environment?: NodeJS.ProcessEnv;
}

export async function openControlHost(options: ControlHostOptions = {}): Promise<ControlHost> {
  const config = Config.read({ EBB_ACCOUNT_ID: '123456789012', ...options.environment }, '/');
  const errors: string[] = [];
  const world = memoryWorld(config, errors, options.script);
  const counts = new Map<string, Counts>();
  const signals: Signal[] = [];
  world.signals.subscribe((signal) => signals.push(signal));
  const life = new EndpointLife(world);
  const meter = new Meter(world, new StatedCounts(counts));
  const surfaces = {
    control: new ControlSurface(world, new StatedCounts(counts)),
    scaling: new ScalingSurface(world),
    cloudwatch: new CloudWatchSurface(world, meter),
  };
  const server = createServer((request, response) => {
    const call = admitAnyone(request);
    const { service } = call;
    void surfaces[service === 'scaling' || service === 'cloudwatch' ? service : 'control'].handle(
      request,
      response,
      call,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = {
    endpoint: url,
    region: config.place.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    // What the service answers is what a test sees.
    maxAttempts: 1,
  };
  const sagemaker = new SageMakerClient(client);
  const scaling = new ApplicationAutoScalingClient(client);
  const cloudwatch = new CloudWatchClient({ ...client, maxAttempts: 1 });
  const close = async (): Promise<void> => {
    sagemaker.destroy();
    scaling.destroy();
    cloudwatch.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, sagemaker, scaling, cloudwatch, meter, world, life, counts, signals, errors, close };
}

function memoryWorld(config: Config, errors: string[], script?: InstancesScript): World {
  const catalog = new MemoryCatalog();
  const clock = new SystemClock();
  const logs = new MemoryLogs();
  const outbox = new MemoryOutbox();
  const ledger = new MemoryLedger(outbox);
  return {
    calendar: new CronerCalendar(),
    catalog,
    clock,
    instances: new MemoryInstances(clock, script, logs),
    invocations: ledger.invocations,
    ledger,
    log: new ErrorLog(errors),
    logs,
    metrics: new MemoryMetrics(),
    notifications: topicsOf(config, catalog, clock),
    objects: new MemoryObjects(() => clock.now()),
    outbox,
    place: config.place,
    secrets: new MemorySecrets(),
    signals: new InProcessSignals(),
  };
}

/** Asked which topics there are. Nothing is delivered here: deliveries are looked at in the outbox. */
function topicsOf({ drivers, place: { region } }: Config, catalog: Catalog, clock: Clock): Notifications {
  if (drivers.notifications === 'sns') return new SnsNotifications(new SNSClient({ region }));
  return new TopicNotifications(catalog, new SQSClient({ region }), clock, { baseUrl: () => 'http://ebb' });
}

class StatedCounts extends InstanceCounts {
  constructor(private readonly stated: ReadonlyMap<string, Counts>) {
    super();
  }

  override counts(endpointName: string, variantName?: string): Counts {
    return this.stated.get(`${endpointName}/${variantName}`) ?? { starting: 0, inService: 0, draining: 0 };
  }
}

class ErrorLog extends Log {
  constructor(private readonly errors: string[]) {
    super();
  }

  override debug(): void {}
  override info(): void {}
  override warn(): void {}
  override error(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.errors.push(`${event} ${JSON.stringify(fields)}`);
  }
}
