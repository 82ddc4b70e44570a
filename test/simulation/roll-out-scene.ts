import type { Alarm } from '../../libs/core/alarm/alarm.js';
import { backlogSize } from '../../libs/core/invocation/backlog.js';
import type { DeploymentConfig } from '../../libs/core/endpoint/deployment.js';
import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { Invocation } from '../../libs/core/invocation/invocation.js';
import { parseObjectLocation } from '../../libs/core/object-location.js';
import type { Records } from '../../libs/core/ports/catalog.js';
import { createEndpoint } from '../../libs/engine/endpoint/create-endpoint.js';
import { createEndpointConfig } from '../../libs/engine/endpoint/create-endpoint-config.js';
import { createModel } from '../../libs/engine/model/create-model.js';
import { submitInvocation } from '../support/submit-invocation.js';
import { updateCapacities } from '../../libs/engine/deployment/update-capacities.js';
import { updateEndpoint } from '../../libs/engine/deployment/update-endpoint.js';
import type { LaunchScript } from '../support/memory-instances.js';
import { type MemoryWorld, SUCCESS_TOPIC, memoryWorld } from '../support/memory-world.js';
import { SeededRandom } from '../support/seeded-random.js';
import { RunningEngine } from './running-engine.js';
import { SILENT_ALARM } from './silent-alarm.js';
import { SimulatedProcess, type Step } from './simulated-process.js';

const NAME = 'reader';
const INPUT = 's3://results/in';
const SERVICE_MS = 700;
const RESTART_MS = 1_000;
const LOOK_MS = 100;
const MINUTE_MS = 60_000;
const LONGEST_MS = 3_600_000;

/** Calls that change nothing. A crash before or after such a call is the same as a crash after the change before it. */
const LOOKS = /\.(?:all|backlog|endpointsWithBacklog|get|list|nextDueAt|ping|under)$/;

interface SceneSettings {
  readonly seed?: number;
  /** The chance that the process dies at any one step of a call. */
  readonly crashRate?: number;
  /** The step at which the process dies, before or after a change; the first step from the update on is 1. */
  readonly strike?: number;
  /** How the containers of an image start. */
  readonly launch?: Readonly<Record<string, LaunchScript>>;
  readonly startupSeconds?: number;
  readonly instances?: number;
  /** The time from one invocation to the next: 250 ms by default, `Infinity` for no invocations. */
  readonly arrivalMs?: number;
}

/** A change of the endpoint's record: its time, and the config that has had all traffic since then, if one has. */
interface Sighting {
  readonly at: number;
  readonly allTo: string | undefined;
}

/** A submitted invocation, and the image whose container answered it. */
interface Served {
  readonly invocation: Invocation;
  readonly image: string | undefined;
}

/**
 * Creates a scene: an endpoint with the config `old` in service under a steady load, and a config `new` to update it
 * to.
 */
export async function aRollOut(settings: SceneSettings = {}): Promise<RollOutScene> {
  const scene = new RollOutScene(settings);
  await scene.begin();
  return scene;
}

/** One endpoint, its callers, and a process that may die. Containers answer with the name of their image. */
export class RollOutScene {
  private readonly parts: MemoryWorld;
  private readonly random: SeededRandom;
  private readonly scripts: Map<string, LaunchScript>;
  private readonly images = new Map<string, string>();
  private readonly submitted: string[] = [];
  private readonly sightings: Sighting[] = [];
  private readonly violations: string[] = [];
  /** The number of steps from the update until the scene has settled down, before changes and after them. */
  steps = 0;
  deaths = 0;
  private engine: RunningEngine | undefined;
  private isCalm = true;
  private isUpdated = false;
  private isOver = false;

  constructor(private readonly settings: SceneSettings) {
    this.random = new SeededRandom(settings.seed ?? 0);
    this.scripts = new Map(Object.entries(settings.launch ?? {}));
    this.parts = memoryWorld({
      launch: ({ instanceId, container }) => {
        this.images.set(instanceId, container.image);
        return { bootMs: 2_000, ...this.scripts.get(container.image) };
      },
      invoke: (instanceId) => ({ serviceMs: SERVICE_MS, body: () => Buffer.from(this.images.get(instanceId)!) }),
    });
    watchTraffic(this.parts.catalog.endpoints, (allTo) => this.sightings.push({ at: this.clock.now(), allTo }));
  }

  get clock() {
    return this.parts.clock;
  }

  async begin(): Promise<void> {
    const { objects, world } = this.parts;
    await objects.createBucket('results');
    await objects.put(parseObjectLocation(INPUT), new Uint8Array(1), { sizeBytes: 1 });
    for (const name of ['old', 'new']) await this.createConfig(name);
    await createEndpoint(world, { name: NAME, configName: 'old', tags: {} });
    this.boot();
    await this.until(({ status }) => status === 'InService');
    this.isCalm = false;
    const { arrivalMs = 250 } = this.settings;
    if (arrivalMs < Infinity) void this.arrive(arrivalMs);
    await this.clock.advance(2_000);
  }

  /** Rolls the config `new` out. */
  async update(deploymentConfig: DeploymentConfig): Promise<void> {
    this.isUpdated = true;
    await updateEndpoint(this.parts.world, {
      name: NAME,
      configName: 'new',
      deploymentConfig,
      retainsInstanceCounts: false,
      retainsWeights: false,
      retainsDeploymentConfig: false,
    });
  }

  async setCount(instanceCount: number): Promise<void> {
    await updateCapacities(this.parts.world, NAME, [{ variantName: 'main', instanceCount }]);
  }

  async submit(): Promise<void> {
    const { id } = await submitInvocation(this.parts.world, { endpointName: NAME, input: { location: INPUT } });
    this.submitted.push(id);
  }

  async putAlarm(alarm: Pick<Alarm, 'name' | 'state' | 'stateReason'>): Promise<void> {
    const { alarms } = this.parts.catalog;
    await alarms.delete(alarm.name);
    await alarms.create(alarm.name, { ...SILENT_ALARM, ...alarm });
  }

  launchAs(image: string, script: LaunchScript): void {
    this.scripts.set(image, script);
  }

  async endpoint(): Promise<Endpoint> {
    return (await this.parts.catalog.endpoints.get(endpointKey(NAME)))!;
  }

  async until(isSo: (endpoint: Endpoint) => boolean): Promise<void> {
    for (let passedMs = 0; !isSo(await this.endpoint()); passedMs += LOOK_MS) {
      if (passedMs > LONGEST_MS)
        throw new Error(`The endpoint did not reach the expected state: ${JSON.stringify(await this.endpoint())}`);
      await this.clock.advance(LOOK_MS);
    }
  }

  /** Resolves when the endpoint is in service again, no more work arrives, and all work is done. */
  async untilSettledDown(): Promise<void> {
    await this.until(({ status }) => status === 'InService');
    this.isOver = true;
    this.isCalm = true;
    const { invocations } = this.parts;
    let waits = true;
    for (let passedMs = 0; waits && passedMs < LONGEST_MS; passedMs += MINUTE_MS) {
      await this.clock.advance(MINUTE_MS);
      waits = backlogSize(await invocations.backlog(NAME)) > 0;
    }
  }

  /** The images of the instances in service. */
  instances(): string[] {
    const instances = this.engine!.fleet.instances(NAME).filter(({ state }) => state === 'InService');
    return instances.map(({ id }) => this.images.get(id)!);
  }

  served(): Promise<Served[]> {
    return Promise.all(
      this.submitted.map(async (id) => {
        const invocation = (await this.parts.invocations.find(id))!;
        const isDone = invocation.state === 'Completed';
        return { invocation, image: isDone ? await this.textAt(invocation.outputLocation) : undefined };
      }),
    );
  }

  /** Returns the broken promises; an empty list if there are none. */
  async judge(): Promise<string[]> {
    const served = await this.served();
    return [...this.violations, ...served.flatMap((each) => [...this.judgeOne(each)])];
  }

  private *judgeOne({ invocation: { id, startedAt, state }, image }: Served): Generator<string> {
    if (state !== 'Completed') yield `${id} is ${state}`;
    const told = this.parts.notifications.delivered.filter(({ invocationId }) => invocationId === id);
    const settlements = new Set(told.map((delivery) => delivery.id)).size;
    if (settlements !== 1) yield `${id} was settled ${settlements} times`;
    // The order of events within one millisecond is unknown.
    if (this.sightings.some(({ at }) => at === startedAt)) return;
    const allTo = this.sightings.findLast(({ at }) => at < startedAt!)?.allTo;
    if (allTo !== undefined && image !== allTo) yield `${id} went to ${image} when all was with ${allTo}`;
  }

  private async textAt(location: string): Promise<string> {
    const { body } = await this.parts.objects.get(parseObjectLocation(location));
    const chunks: Uint8Array[] = [];
    for await (const chunk of body instanceof Uint8Array ? [body] : body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  private async createConfig(name: string): Promise<void> {
    const { instances = 4, startupSeconds } = this.settings;
    const { world } = this.parts;
    await createModel(world, { name, container: { image: name, environment: {} }, tags: {} });
    const variant = {
      name: 'main',
      modelName: name,
      initialInstanceCount: instances,
      initialVariantWeight: 1,
      containerStartupHealthCheckTimeoutSeconds: startupSeconds,
    };
    const asyncInference = { outputPath: 's3://results/out', successTopic: SUCCESS_TOPIC, includeResponseIn: [] };
    await createEndpointConfig(world, { name, variants: [variant], asyncInference, tags: {} });
  }

  private boot(): void {
    const { crashRate = 0 } = this.settings;
    const fate = {
      diesAt: (step: Step) => !this.isCalm && (this.isStruck(step) || this.random.happens(crashRate)),
      latencyMs: () => (crashRate === 0 ? 0 : this.random.integer(0, 2)),
      refusal: () => undefined,
      losesSignal: () => false,
    };
    const process = new SimulatedProcess('worker', this.parts.world, this.clock, fate, (what) =>
      this.violations.push(what),
    );
    this.engine = new RunningEngine(process, 60_000);
    void this.engine.start();
    void process.died.promise.then(() => this.dieAndReturn());
  }

  private async dieAndReturn(): Promise<void> {
    this.deaths += 1;
    await this.clock.sleep(RESTART_MS);
    this.boot();
  }

  private isStruck({ call }: Step): boolean {
    if (!this.isUpdated || LOOKS.test(call)) return false;
    this.steps += 1;
    return this.steps === this.settings.strike;
  }

  private async arrive(everyMs: number): Promise<void> {
    while (!this.isOver) {
      await this.submit();
      await this.clock.sleep(everyMs);
    }
  }
}

/**
 * Calls `told` after every change of an endpoint's record, with the config that has all traffic; `undefined` if traffic
 * is divided.
 */
function watchTraffic(endpoints: Records<Endpoint>, told: (allTo: string | undefined) => void): void {
  const update = endpoints.update.bind(endpoints);
  endpoints.update = async (...args) => {
    const updated = await update(...args);
    const share = updated?.deployment?.traffic ?? 0;
    const isMixed = updated?.status === 'UpdateRollbackFailed' || (share > 0 && share < 1);
    told(isMixed ? undefined : share === 1 ? 'new' : updated?.configName);
    return updated;
  };
}
