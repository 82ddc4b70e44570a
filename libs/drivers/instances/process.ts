import { EbbError, isEbbError } from '../../core/errors.js';
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
import { findImage, type ProcessImage } from './process/image-folder.js';
import { InstanceDirectories } from './process/instance-directories.js';
import { launchFailure } from './process/launch-failure.js';
import type { HeldModel, ModelStore } from './model/model-store.js';
import { endProcesses } from './process/process-group.js';
import { ProcessGuard } from './process/process-guard.js';
import { ProcessTable } from './process/process-table.js';
import { RunningInstance } from './process/running-instance.js';

/** Where instances come from and where they live on this machine. */
export interface ProcessInstancesOptions {
  /** Folders that hold images, each a folder with an `ebb-image.json`. Nothing else is ever executed. */
  readonly imageFolders: readonly string[];
  /** Where instances keep their record. It belongs to one running Ebb at a time. */
  readonly directory: string;
  /** Where models are fetched to, for instances to read. */
  readonly models: ModelStore;
  /** Where their output goes. */
  readonly logs: Logs;
  /** The environment of Ebb itself, of which containers get what finds programs (`PATH`, `HOME`, `LANG`, …). */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The containers' `AWS_REGION`. */
  readonly region?: string;
}

/**
 * Instances as child processes on this machine, each with a process group and a port of its own; their models they share.
 * What an earlier run left in the same directory is listed and can be terminated, but not talked to. Checking and launching
 * also raise `InvalidRequest` for variables that only an image may set, and for isolation, which processes do not have.
 */
export class ProcessInstances extends Instances {
  readonly #options: ProcessInstancesOptions;
  readonly #directories: InstanceDirectories;
  readonly #running = new Map<string, RunningInstance>();
  readonly #launching = new Set<string>();
  /** Of all that run or are being started, so that no two launches at once get the same one. */
  readonly #ports = new Set<number>();
  #guard: ProcessGuard | undefined;

  constructor(options: ProcessInstancesOptions) {
    super();
    this.#options = options;
    this.#directories = new InstanceDirectories(options.directory);
  }

  /** Processes share the machine as it is: their types limit nothing. */
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
    const { instanceId } = spec;
    const image = await this.#findImage(spec);
    signal?.throwIfAborted();
    await this.#claim(instanceId);
    let model: HeldModel | undefined;
    try {
      const { container, downloadTimeoutMs: timeoutMs } = spec;
      model = await this.#options.models.acquire(container, { timeoutMs, onPhase, signal });
      signal?.throwIfAborted();
      onPhase('boot');
      const instance = await this.#start(spec, image, model, () => onPhase('ping'));
      if (signal?.aborted) await instance.terminate(0);
      signal?.throwIfAborted();
      return { instanceId, exited: instance.exited };
    } catch (error) {
      if (!this.#running.has(instanceId)) await this.#clearUp(instanceId, model);
      signal?.throwIfAborted();
      throw isEbbError(error) ? error : launchFailure(`Instance ${instanceId} could not be launched`, error);
    } finally {
      this.#launching.delete(instanceId);
    }
  }

  /** Processes end with the Ebb that started them; what may be left of one cannot be talked to. */
  async adopt(): Promise<undefined> {
    return undefined;
  }

  async terminate(instanceId: string, graceMs: number): Promise<void> {
    const running = this.#running.get(instanceId);
    if (running !== undefined) return running.terminate(graceMs);
    if (this.#launching.has(instanceId)) return;
    const marks = await this.#directories.readRecord(instanceId);
    if (marks !== undefined) await endProcesses(marks, graceMs);
    await this.#directories.remove(instanceId);
  }

  async pause(instanceId: string): Promise<void> {
    this.#find(instanceId).pause();
  }

  async resume(instanceId: string): Promise<void> {
    this.#find(instanceId).resume();
  }

  async list(): Promise<FoundInstance[]> {
    const ids = [...this.#running.keys()];
    const table = await ProcessTable.read();
    for (const id of await this.#directories.list()) {
      if (this.#running.has(id) || this.#launching.has(id)) continue;
      const marks = await this.#directories.readRecord(id);
      if (marks !== undefined && table.belongingTo(marks).length > 0) ids.push(id);
      else await this.#directories.remove(id);
    }
    return ids.map((instanceId) => ({ instanceId }));
  }

  async ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer> {
    return this.#running.get(instanceId)?.http.ping(signal) ?? 'unreachable';
  }

  async invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    return this.#find(instanceId).http.invoke(request, signal);
  }

  async cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    const instance = this.#running.get(instanceId);
    return instance ? cancelBy(instance.cancelRules, instance.http, inferenceId, signal) : { isAcknowledged: true };
  }

  /** Kills every instance that is still running, and lets go of everything else. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((instance) => instance.terminate(0)));
    this.#guard?.close();
    this.#guard = undefined;
  }

  #find(instanceId: string): RunningInstance {
    const running = this.#running.get(instanceId);
    if (running === undefined) throw unavailable(instanceId, 'is gone');
    return running;
  }

  async #findImage(spec: LaunchSpec): Promise<ProcessImage> {
    const image = await findImage(spec.container.image, this.#options.imageFolders);
    checkEnvironment(spec.container.environment);
    if (!spec.isNetworkIsolated) return image;
    throw new EbbError(
      'InvalidRequest',
      'EnableNetworkIsolation is not possible where instances are processes, which share the network of this machine: ' +
        'run Ebb with containers, by EBB_PROFILE=docker, or leave it out.',
    );
  }

  /** Makes the instance's directory, which no other instance may have had. */
  async #claim(instanceId: string): Promise<void> {
    if (this.#launching.has(instanceId)) throw unavailable(instanceId, 'is being launched already');
    this.#launching.add(instanceId);
    try {
      await this.#directories.create(instanceId);
    } catch (error) {
      this.#launching.delete(instanceId);
      throw isEbbError(error) ? error : launchFailure(`Instance ${instanceId} could not get a directory`, error);
    }
  }

  async #clearUp(instanceId: string, model: HeldModel | undefined): Promise<void> {
    await this.#directories.remove(instanceId);
    await model?.release();
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
    const forget = (): void => {
      this.#ports.delete(port);
      this.#running.delete(instanceId);
    };
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
      this.#running.set(instanceId, instance);
      instance.gone.then(forget, forget);
      return instance;
    } catch (error) {
      forget();
      await output.close();
      throw error;
    }
  }
}

function unavailable(instanceId: string, what: string): EbbError {
  return new EbbError('InstanceUnavailable', `Instance ${instanceId} ${what}.`);
}
