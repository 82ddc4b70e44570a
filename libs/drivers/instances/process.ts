import { EbbError } from '../../core/errors.js';
import type { PingAnswer } from '../../core/instance/instance.js';
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
import type { Logs } from '../../core/ports/logs.js';
import { cancelBy } from './container/cancel-rules.js';
import { checkEnvironment } from './process/container-environment.js';
import { takeFreePort } from './container/free-port.js';
import { KnownInstances } from './container/known-instances.js';
import { launchInSteps } from './container/launch-in-steps.js';
import { findImage, type ProcessImage } from './process/image-folder.js';
import { InstanceDirectories } from './process/instance-directories.js';
import { launchFailure } from './process/launch-failure.js';
import type { HeldModel, ModelStore } from './model/model-store.js';
import { endProcesses } from './process/process-group.js';
import { ProcessGuard } from './process/process-guard.js';
import { ProcessTable } from './process/process-table.js';
import { RunningInstance } from './process/running-instance.js';

/** The images of instances, their places on this machine, and their settings. */
export interface ProcessInstancesOptions {
  /** Folders of images; each image is a folder with an `ebb-image.json`. Ebb never executes anything else. */
  readonly imageFolders: readonly string[];
  /** The folder for the instances' records. Only one running Ebb may use it at a time. */
  readonly directory: string;
  /** The store of models, which instances read. */
  readonly models: ModelStore;
  /** The log for the instances' output. */
  readonly logs: Logs;
  /** Ebb's own environment. Containers inherit only the variables that find programs (`PATH`, `HOME`, `LANG`, …). */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The containers' `AWS_REGION`. */
  readonly region?: string;
}

/**
 * Instances as child processes on this machine, each with its own process group and port. They share their models.
 * Instances that an earlier run left in the same directory are listed and can be terminated, but not used. Checking and
 * launching also raise `InvalidRequest` for variables that only an image may set, and for network isolation, which
 * processes do not have.
 */
export class ProcessInstances extends Instances {
  readonly #options: ProcessInstancesOptions;
  readonly #directories: InstanceDirectories;
  readonly #known = new KnownInstances<RunningInstance>();
  /** The ports of instances that run or are being launched, so that no two launches choose the same port. */
  readonly #ports = new Set<number>();
  #guard: ProcessGuard | undefined;

  constructor(options: ProcessInstancesOptions) {
    super();
    this.#options = options;
    this.#directories = new InstanceDirectories(options.directory);
  }

  /** Admits every type, because processes share the machine without limits. */
  async admit(): Promise<void> {}

  async check(spec: LaunchSpec, signal?: AbortSignal): Promise<void> {
    await this.#findImage(spec);
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
        findImage: () => this.#findImage(spec),
        prepare: () => this.#makeDirectory(instanceId),
        acquireModel: () => this.#options.models.acquire(container, { timeoutMs, onPhase, signal }),
        boot: (image, model, onListening) => this.#start(spec, image, model, onListening),
        explain: (error) => launchFailure(`Instance ${instanceId} could not be launched`, error),
      },
    );
  }

  /** Adopts nothing. Processes end with the Ebb that started them, and a leftover cannot be used. */
  async adopt(): Promise<undefined> {
    return undefined;
  }

  async terminate(instanceId: string, graceMs: number): Promise<void> {
    const known = this.#known.get(instanceId);
    if (known) return known.terminate(graceMs);
    if (this.#known.isLaunching(instanceId)) return;
    const marks = await this.#directories.readRecord(instanceId);
    if (marks !== undefined) await endProcesses(marks, graceMs);
    await this.#directories.remove(instanceId);
  }

  async pause(instanceId: string): Promise<void> {
    this.#known.find(instanceId).pause();
  }

  async resume(instanceId: string): Promise<void> {
    this.#known.find(instanceId).resume();
  }

  async list(): Promise<FoundInstance[]> {
    const ids = this.#known.running().map(({ instanceId }) => instanceId);
    const table = await ProcessTable.read();
    for (const id of await this.#directories.list()) {
      if (this.#known.get(id) || this.#known.isLaunching(id)) continue;
      const marks = await this.#directories.readRecord(id);
      if (marks !== undefined && table.belongingTo(marks).length > 0) ids.push(id);
      else await this.#directories.remove(id);
    }
    return ids.map((instanceId) => ({ instanceId }));
  }

  async ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer> {
    return this.#known.get(instanceId)?.http.ping(signal) ?? 'unreachable';
  }

  async invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    return this.#known.find(instanceId).http.invoke(request, signal);
  }

  async cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    const instance = this.#known.get(instanceId);
    return instance ? cancelBy(instance.cancelRules, instance.http, inferenceId, signal) : { isAcknowledged: true };
  }

  /** Kills every running instance, and releases all other resources. */
  async close(): Promise<void> {
    await Promise.all(this.#known.running().map((instance) => instance.terminate(0)));
    this.#guard?.close();
    this.#guard = undefined;
  }

  async #findImage(spec: LaunchSpec): Promise<ProcessImage> {
    const image = await findImage(spec.container.image, this.#options.imageFolders);
    checkEnvironment(spec.container.environment);
    if (!spec.isNetworkIsolated) return image;
    throw new EbbError(
      'InvalidRequest',
      'EnableNetworkIsolation is not possible if instances are processes, because they share the network of this machine: ' +
        'run Ebb with containers (EBB_PROFILE=docker), or omit it.',
    );
  }

  /** Creates the instance's directory, which must be new, and returns the function that removes it. */
  async #makeDirectory(instanceId: string): Promise<() => Promise<void>> {
    try {
      await this.#directories.create(instanceId);
    } catch (error) {
      throw launchFailure(`Instance ${instanceId} could not get a directory`, error);
    }
    return () => this.#directories.remove(instanceId);
  }

  async #start(
    { instanceId, endpointName, variantName, container: { environment } }: LaunchSpec,
    image: ProcessImage,
    held: HeldModel,
    onListening: () => void,
  ): Promise<RunningInstance> {
    this.#guard ??= new ProcessGuard();
    const { environment: hostEnvironment = {}, region } = this.#options;
    const release = (): Promise<void> => held.release();
    const model = await this.#directories.linkModel(instanceId, held);
    const port = await takeFreePort(this.#ports);
    const output = this.#options.logs.open({ endpointName, variantName, instanceId });
    const freePort = (): void => void this.#ports.delete(port);
    try {
      const start = {
        instanceId,
        image,
        model,
        release,
        environment,
        hostEnvironment,
        port,
        region,
        output,
        onListening,
      };
      const instance = await RunningInstance.start(start, this.#directories, this.#guard);
      instance.gone.then(freePort, freePort);
      return instance;
    } catch (error) {
      freePort();
      await output.close();
      throw error;
    }
  }
}
