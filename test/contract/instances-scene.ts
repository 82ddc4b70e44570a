import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import { PING_INTERVAL_MS } from '../../libs/core/instance/instance.js';
import type { ContainerDefinition } from '../../libs/core/model/container.js';
import type {
  ContainerRequest,
  ContainerResponse,
  FoundInstance,
  Instances,
  LaunchedInstance,
  LaunchSpec,
} from '../../libs/core/ports/instances.js';
import type { Logs } from '../../libs/core/ports/logs.js';

/** A driver and containers for it that behave according to the knobs of test/support/images/echo/server.js. */
export interface InstancesScene {
  readonly instances: Instances;
  /** The logs to which the driver writes the output of instances. */
  readonly logs: Logs;
  /** The echo container; `environment` holds knobs for the whole instance. */
  readonly image: string;
  /** An image that cannot be found, for drivers that would look for `no-such-image` in public registries. */
  readonly missingImage?: string;
  /** An archive that can be used, and an archive that cannot. */
  readonly modelDataUrl: string;
  readonly unusableModelDataUrl: string;
  /**
   * Opens another driver over the same instances, as after a crash of Ebb. Absent unless instances outlive Ebb and can
   * be adopted.
   */
  afterCrash?(): Promise<Instances>;
  close(): Promise<void>;
}

/** The scene of the running test, and the functions that all tests use on it. */
export interface InstancesAtHand {
  readonly scene: InstancesScene;
  readonly instances: Instances;
  spec(instanceId: string, container?: Partial<ContainerDefinition>, scene?: InstancesScene): LaunchSpec;
  launch(instanceId: string, environment?: Record<string, string>): Promise<LaunchedInstance>;
  launchHealthy(instanceId: string, environment?: Record<string, string>): Promise<LaunchedInstance>;
}

/** Opens a scene for each test. */
export function sceneForEach(open: () => Promise<InstancesScene>): InstancesAtHand {
  let scene: InstancesScene;
  beforeEach(async () => {
    scene = await open();
  });
  afterEach(() => scene.close());

  const at: InstancesAtHand = {
    get scene() {
      return scene;
    },
    get instances() {
      return scene.instances;
    },
    spec: (instanceId, container = {}, { image } = scene) =>
      launchSpec(instanceId, { image, environment: {}, ...container }),
    launch: (instanceId, environment = {}) => scene.instances.launch(at.spec(instanceId, { environment })),
    launchHealthy: async (instanceId, environment = {}) => {
      const launched = await at.launch(instanceId, environment);
      await untilHealthy(scene.instances, instanceId);
      return launched;
    },
  };
  return at;
}

/** Returns the launch spec of `container`. */
export function launchSpec(instanceId: string, container: ContainerDefinition): LaunchSpec {
  return { instanceId, endpointName: 'e', variantName: 'v', deploymentId: 'd', container, downloadTimeoutMs: 60_000 };
}

export function idsOf(found: readonly FoundInstance[]): string[] {
  return found.map(({ instanceId }) => instanceId);
}

/** Returns a request with a text as its input. */
export function request(text: string, members: Partial<ContainerRequest> = {}): ContainerRequest {
  const body = Buffer.from(text);
  return { body, sizeBytes: body.length, inferenceId: 'inference-1', ...members };
}

/** Reads the whole body of a response. */
export async function readText(response: ContainerResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body instanceof Uint8Array ? [response.body] : response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Resolves at the first healthy ping. */
export async function untilHealthy(instances: Instances, instanceId: string): Promise<void> {
  while ((await instances.ping(instanceId)) !== 'healthy') await sleep(PING_INTERVAL_MS / 4);
}

/** Resolves when a line of the instance's output matches. */
export async function untilTail(logs: Logs, instanceId: string, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    for (const { text } of await logs.tail(instanceId, 100)) {
      const match = pattern.exec(text);
      if (match) return match;
    }
    await sleep(PING_INTERVAL_MS / 4);
  }
}

/** Resolves when the echo container has said that it listens. */
export async function untilReady(logs: Logs, instanceId: string): Promise<void> {
  await untilTail(logs, instanceId, /^ready$/);
}
