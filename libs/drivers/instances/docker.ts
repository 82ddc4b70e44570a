import type { PingAnswer } from '../../core/instance/instance.js';
import {
  findInstanceType,
  type InstanceType,
  type InstanceTypes,
  KNOWN_INSTANCE_TYPES,
} from '../../core/instance/instance-type.js';
import type { StartPhase } from '../../core/instance/start-phase.js';
import {
  type CancelAnswer,
  type ContainerRequest,
  type ContainerResponse,
  type FoundInstance,
  Instances,
  type LaunchedInstance,
  type LaunchSpec,
} from '../../core/ports/instances.js';
import type { Logs, LogSource, LogStream } from '../../core/ports/logs.js';
import { KnownInstances } from './container/known-instances.js';
import { launchInSteps } from './container/launch-in-steps.js';
import { DockerInstance, removeContainer, type StartedContainer } from './docker/docker-instance.js';
import { EngineClient } from './docker/engine-api/engine-client.js';
import { explainRefusal, isImageMissing, isMissing } from './docker/engine-api/engine-errors.js';
import { EngineImages, type PullProgress } from './docker/engine-api/engine-images.js';
import { EngineNetworks } from './docker/engine-networks.js';
import { FoundContainer } from './docker/found-container.js';
import { labelsOf, OWNER_LABEL, readLabels } from './docker/labels.js';
import { checkMachine } from './docker/machine.js';
import { OutputPosition } from './docker/output-position.js';
import { ownerOf } from './docker/owner.js';
import { RegistryLogins } from './docker/engine-api/registry-credentials.js';
import { ContainerStarter } from './docker/start-container.js';
import type { HeldModel, ModelStore } from './model/model-store.js';

/** The number of logged lines that are read to find where the logged output ends. */
const TAKEN_LINES = 1_000;
/** How long a termination waits for an engine that does not answer. */
const ENGINE_PATIENCE_MS = 60_000;

/** The engine that instances run on, and the settings of their containers. */
export interface DockerInstancesOptions {
  /** The engine's address: `unix:///path`, or `tcp://` on the loopback address. */
  readonly engine: string;
  /**
   * The folder that keeps the id by which this Ebb recognises its containers. Only one running Ebb may use it at a
   * time.
   */
  readonly directory: string;
  /** The store of models, which containers mount. */
  readonly models: ModelStore;
  /** The log for the containers' output. */
  readonly logs: Logs;
  /** The instance types; by default, the types that Ebb knows. */
  readonly types?: InstanceTypes;
  /** A file in the form of Docker's `config.json`. */
  readonly registryAuthFile: string;
  /** The containers' `AWS_REGION`. */
  readonly region?: string;
  /** Observes the progress of pulls. */
  readonly onPull?: (progress: PullProgress) => void;
}

/**
 * Instances as containers on this machine's engine, dockerd or Podman. They outlive Ebb: a later run with the same
 * directory adopts or lists them. Every call that needs the engine raises `Unavailable` while the engine is away.
 * Running instances are kept meanwhile, and Ebb resumes them when the engine is back.
 */
export class DockerInstances extends Instances {
  readonly #engine: EngineClient;
  readonly #owner: string;
  readonly #options: DockerInstancesOptions;
  readonly #images: EngineImages;
  readonly #networks: EngineNetworks;
  readonly #starter: ContainerStarter;
  readonly #known = new KnownInstances<DockerInstance>();

  private constructor(engine: EngineClient, owner: string, options: DockerInstancesOptions) {
    super();
    this.#engine = engine;
    this.#owner = owner;
    this.#options = options;
    const logins = new RegistryLogins(options.registryAuthFile);
    this.#images = new EngineImages(engine, logins, options.onPull);
    this.#networks = new EngineNetworks(engine, owner);
    this.#starter = new ContainerStarter(engine, this.#networks);
  }

  /** Opens the driver. Raises `Unavailable`, with advice, if the engine does not answer. */
  static async open(options: DockerInstancesOptions): Promise<DockerInstances> {
    const engine = await EngineClient.connect(options.engine);
    return new DockerInstances(engine, await ownerOf(options.directory), options);
  }

  async admit(instanceType: string | undefined): Promise<void> {
    const type = this.#typeOf(instanceType);
    if (type) await checkMachine(this.#engine, instanceType!, type);
  }

  /** Also pulls the image, because every launch will need it. */
  async check(spec: LaunchSpec, signal?: AbortSignal): Promise<void> {
    this.#typeOf(spec.instanceType);
    await this.#images.ensure(spec.container.image, undefined, signal);
    const { container, downloadTimeoutMs: timeoutMs } = spec;
    await this.#options.models.verify(container, { timeoutMs, signal });
  }

  async launch(
    spec: LaunchSpec,
    onPhase: (phase: StartPhase) => void = () => {},
    signal?: AbortSignal,
  ): Promise<LaunchedInstance> {
    const { container, downloadTimeoutMs: timeoutMs, instanceId } = spec;
    return launchInSteps(
      this.#known,
      { instanceId, onPhase, signal },
      {
        findImage: (onPull) => this.#images.ensure(container.image, onPull, signal),
        acquireModel: () => this.#options.models.acquire(container, { timeoutMs, onPhase, signal }),
        boot: (_image, model, onListening) => this.#start(spec, model, onListening),
        explain: (error) => explainRefusal(instanceId, error),
      },
    );
  }

  async adopt(spec: LaunchSpec, signal?: AbortSignal): Promise<LaunchedInstance | undefined> {
    const { instanceId } = spec;
    const known = this.#known.get(instanceId);
    if (known) return known;
    const found = await this.#inspect(instanceId);
    signal?.throwIfAborted();
    if (!found?.isAlive || found.isPaused || !found.isLaunchedFrom(spec)) return undefined;
    const model = this.#options.models.reclaim(found.model);
    // If the store does not keep the files any more, they may have changed under the container.
    if (!model) return undefined;
    return this.#takeOver(instanceId, found, model);
  }

  async terminate(instanceId: string, graceMs: number): Promise<void> {
    const known = this.#known.get(instanceId);
    if (known) return known.terminate(graceMs);
    if (this.#known.isLaunching(instanceId)) return;
    const found = await this.#inspect(instanceId, ENGINE_PATIENCE_MS);
    if (found?.isAlive) return (await this.#takeOver(instanceId, found)).terminate(graceMs);
    if (found) await removeContainer(this.#engine, found.id);
    await this.#release(instanceId);
  }

  async pause(instanceId: string, signal?: AbortSignal): Promise<void> {
    await this.#known.find(instanceId).pause(signal);
  }

  async resume(instanceId: string, signal?: AbortSignal): Promise<void> {
    await this.#known.find(instanceId).resume(signal);
  }

  /** Also lists containers that were created but never started; removes containers that have ended. */
  async list(): Promise<FoundInstance[]> {
    const launching = new Set(this.#known.launching());
    const filters = { label: [`${OWNER_LABEL}=${this.#owner}`] };
    const containers = await this.#engine.ask((client) => client.listContainers({ all: true, filters }));
    const found: FoundInstance[] = [];
    for (const { Id, Labels, State } of containers) {
      const instance = readLabels(Labels);
      if (!instance || launching.has(instance.instanceId)) continue;
      if (State !== 'exited' && State !== 'dead') found.push({ ...instance, isPaused: State === 'paused' });
      else if (!this.#known.get(instance.instanceId)) await removeContainer(this.#engine, Id);
    }
    const inUse = [...[...found, ...this.#known.running()].map(({ instanceId }) => instanceId), ...launching];
    await this.#networks.removeLeftovers(new Set(inUse.map((id) => this.#nameOf(id))));
    return found;
  }

  async ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer> {
    return this.#known.get(instanceId)?.ping(signal) ?? 'unreachable';
  }

  async invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    return this.#known.find(instanceId).invoke(request, signal);
  }

  async cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    return this.#known.get(instanceId)?.cancel(inferenceId, signal) ?? { isAcknowledged: true };
  }

  /** Forgets all instances; their containers continue to run. */
  async close(): Promise<void> {
    await Promise.all(this.#known.running().map((instance) => instance.close()));
    this.#known.clear();
  }

  #typeOf(name: string | undefined): InstanceType | undefined {
    return name === undefined ? undefined : findInstanceType(name, this.#options.types ?? KNOWN_INSTANCE_TYPES);
  }

  #nameOf(instanceId: string): string {
    return `ebb-${this.#owner}-${instanceId}`;
  }

  async #start(spec: LaunchSpec, model: HeldModel, onListening: () => void): Promise<DockerInstance> {
    const place = {
      name: this.#nameOf(spec.instanceId),
      labels: labelsOf(spec, this.#owner, Date.now()),
      model,
      type: this.#typeOf(spec.instanceType),
      region: this.#options.region,
    };
    try {
      const container = await this.#starter.start(spec, place);
      return this.#watch({ container, source: spec, model }, new OutputPosition(), onListening);
    } catch (error) {
      if (isImageMissing(error)) this.#images.forget(spec.container.image);
      throw error;
    }
  }

  /** Continues with a container of an earlier run. */
  async #takeOver(instanceId: string, found: FoundContainer, model?: HeldModel): Promise<DockerInstance> {
    const taken = await this.#options.logs.tail(instanceId, TAKEN_LINES);
    const position = OutputPosition.after(taken.filter(isOutput));
    const container = found.started(instanceId);
    const instance = this.#watch({ container, source: found.launchedAs!, model }, position);
    this.#known.add(instance);
    return instance;
  }

  #watch({ container, source, model }: Watched, position: OutputPosition, onListening = () => {}): DockerInstance {
    const { instanceId } = container;
    const { endpointName, variantName } = source;
    const writer = this.#options.logs.open({ endpointName, variantName, instanceId });
    const hooks = { onListening, onGone: () => this.#release(instanceId, model) };
    return new DockerInstance(this.#engine, container, { writer, position }, hooks);
  }

  async #inspect(instanceId: string, patienceMs = 0): Promise<FoundContainer | undefined> {
    const name = this.#nameOf(instanceId);
    try {
      return new FoundContainer(
        await this.#engine.askPatiently((client) => client.getContainer(name).inspect(), patienceMs),
      );
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Releases the model and the network of a container that is gone. */
  async #release(instanceId: string, model?: HeldModel): Promise<void> {
    await model?.release();
    await this.#networks.release(this.#nameOf(instanceId));
  }
}

/** A running container, the endpoint and variant that it belongs to, and its model. */
interface Watched {
  readonly container: StartedContainer;
  readonly source: Omit<LogSource, 'instanceId'>;
  readonly model?: HeldModel;
}

function isOutput<L extends { readonly stream: LogStream }>(line: L): line is L & { stream: 'stdout' | 'stderr' } {
  return line.stream === 'stdout' || line.stream === 'stderr';
}
