import { defaultBucket, topicArn } from '../../libs/core/arn.js';
import type { DeliveryResult } from '../../libs/core/delivery/delivery-attempt.js';
import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { Delivery } from '../../libs/core/delivery/delivery.js';
import type { AsyncInferenceConfig } from '../../libs/core/endpoint/endpoint-config.js';
import { Notifications } from '../../libs/core/ports/notifications.js';
import { InProcessSignals } from '../../libs/drivers/signals/in-process.js';
import { CronerCalendar } from '../../libs/drivers/calendar/croner.js';
import type { World } from '../../libs/engine/world.js';
import { MemoryCatalog } from './memory-catalog.js';
import { type InstancesScript, MemoryInstances } from './memory-instances.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryLogs } from './memory-logs.js';
import { MemoryMetrics } from './memory-metrics.js';
import { MemoryObjects } from './memory-objects.js';
import { MemorySecrets } from './memory-secrets.js';
import { VirtualClock } from './virtual-clock.js';

const PLACE = { accountId: '000000000000', region: 'us-east-1' } as const;
export const SUCCESS_TOPIC = topicArn(PLACE, 'success');
export const ERROR_TOPIC = topicArn(PLACE, 'error');

/** A receiver that does as it is told, and remembers what it got. */
export class ScriptedReceiver extends Notifications {
  readonly delivered: Delivery[] = [];
  /** The topics that are known not to exist. */
  readonly lacking = new Set<string>();
  answer: (delivery: Delivery, signal?: AbortSignal) => Promise<DeliveryResult> = async () => ({ kind: 'delivered' });

  override async lacksTopic(arn: string): Promise<boolean> {
    return this.lacking.has(arn);
  }

  override async deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult> {
    this.delivered.push(delivery);
    return this.answer(delivery, signal);
  }
}

/** All ports in memory and on virtual time, for what is tested alone. */
export function memoryWorld(script: InstancesScript = {}) {
  const clock = new VirtualClock();
  const ledger = new MemoryLedger();
  const logs = new MemoryLogs();
  const parts = {
    calendar: new CronerCalendar(),
    catalog: new MemoryCatalog(),
    clock,
    instances: new MemoryInstances(clock, script, logs),
    invocations: ledger.invocations,
    ledger,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    logs,
    metrics: new MemoryMetrics(),
    notifications: new ScriptedReceiver(),
    objects: new MemoryObjects(() => clock.now()),
    outbox: ledger.outbox,
    place: PLACE,
    secrets: new MemorySecrets(),
    signals: new InProcessSignals(),
  };
  return { ...parts, world: Object.freeze<World>(parts) };
}

export type MemoryWorld = ReturnType<typeof memoryWorld>;

/** An endpoint in service with one variant that scales between two counts, and the buckets that it writes to. */
export async function deployEndpoint(
  { catalog, clock, objects }: MemoryWorld,
  of: { minimum?: number; maximum?: number; asyncInference?: Partial<AsyncInferenceConfig> } = {},
): Promise<Endpoint> {
  const { minimum = 0, maximum = 1, asyncInference } = of;
  const endpoint: Endpoint = {
    name: 'reader',
    configName: 'reader',
    status: 'InService',
    variants: [
      {
        name: 'AllTraffic',
        modelName: 'model',
        initialInstanceCount: minimum,
        initialVariantWeight: 1,
        desiredInstanceCount: minimum,
        desiredWeight: 1,
        deploymentId: 'first',
        slots: asyncInference?.maxConcurrentInvocationsPerInstance ?? 1,
        managedInstanceScaling: { enabled: true, minInstanceCount: minimum, maxInstanceCount: maximum },
        container: { image: 'model', environment: {} },
      },
    ],
    asyncInference: {
      outputPath: 's3://results/out',
      failurePath: 's3://results/bad',
      includeResponseIn: [],
      ...asyncInference,
    },
    createdAt: clock.now(),
    modifiedAt: clock.now(),
    tags: {},
  };
  for (const bucket of ['results', defaultBucket(PLACE)]) await objects.createBucket(bucket);
  await catalog.endpoints.create(endpointKey(endpoint.name), endpoint);
  return endpoint;
}
