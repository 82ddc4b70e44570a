import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { isEbbError } from '../../../core/errors.js';
import type { PingAnswer } from '../../../core/instance/instance.js';
import type { CancelAnswer, ContainerRequest, ContainerResponse, InstanceExit } from '../../../core/ports/instances.js';
import type { LogWriter } from '../../../core/ports/logs.js';
import { cancelBy, cancelRulesOfLabels } from '../container/cancel-rules.js';
import { ContainerHttp } from '../container/container-http.js';
import type { KnownInstance } from '../container/known-instances.js';
import { unavailable } from '../container/unavailable.js';
import { ContainerOutput } from './container-output.js';
import { type ContainerEnd, ContainerWatch } from './container-watch.js';
import type { EngineClient } from './engine-api/engine-client.js';
import { isAway, isMissing, isStateConflict, wordsOf } from './engine-api/engine-errors.js';
import type { OutputPosition } from './output-position.js';

/**
 * The time within which the engine notices the end of a container that refuses connections. Podman is slow to notice
 * it.
 */
const END_NOTICE_MS = 3_000;
/** How long a termination waits for an engine that does not answer. */
const ENGINE_PATIENCE_MS = 60_000;
/**
 * The longest time that an invocation whose connection broke waits for the engine and keeps its slot. It equals the
 * longest run time of an invocation.
 */
const LONGEST_OUTAGE_MS = 3_600_000;
/** The longest time from SIGKILL until the container is gone. A process that hangs in the kernel exceeds any limit. */
const KILL_LIMIT_MS = 30_000;
const SIGKILL_EXIT_CODE = 137;

/** A started container, with the properties that its instance needs. */
export interface StartedContainer {
  readonly instanceId: string;
  /** The container's id. */
  readonly id: string;
  /** The origin at which it accepts connections, such as `http://127.0.0.1:23456`. */
  readonly origin: string;
  /** The memory limit; if undefined, there is none. */
  readonly memoryMiB?: number;
  readonly isPaused?: boolean;
}

/** The callbacks in the life of an instance. */
export interface InstanceHooks {
  /** Called once, when a ping reaches a container that accepts connections. */
  readonly onListening: () => void;
  /** Releases the resources besides the container, when the container is gone. */
  readonly onGone: () => Promise<void>;
}

/** One container, from its start until only its log is left. */
export class DockerInstance implements KnownInstance {
  readonly exited: Promise<InstanceExit>;
  /** Resolves when the container is removed and its other resources are released. */
  readonly gone: Promise<void>;
  readonly #engine: EngineClient;
  readonly #container: StartedContainer;
  readonly #watch: ContainerWatch;
  readonly #http: ContainerHttp;
  readonly #letGo = new AbortController();
  #onListening: (() => void) | undefined;
  #isPaused: boolean;
  #signalled: 'SIGTERM' | 'SIGKILL' | undefined;

  constructor(
    engine: EngineClient,
    container: StartedContainer,
    log: { readonly writer: LogWriter; readonly position: OutputPosition },
    hooks: InstanceHooks,
  ) {
    this.#engine = engine;
    this.#container = container;
    this.#onListening = hooks.onListening;
    this.#isPaused = container.isPaused ?? false;
    const stop = this.#letGo.signal;
    this.#watch = new ContainerWatch(engine, container.id, stop);
    this.#http = new ContainerHttp(container.origin, () => this.#isOutOfReach());
    this.exited = this.#watch.ended.then((end) => this.#describe(end));
    const output = new ContainerOutput(
      engine,
      { id: container.id, watch: this.#watch, stop },
      log.writer,
      log.position,
    );
    this.gone = this.#clearUp(output, log.writer, hooks);
    // A caller of `terminate` gets this error. Without such a call, the next `list` finds the remains.
    this.gone.catch(() => {});
  }

  get instanceId(): string {
    return this.#container.instanceId;
  }

  async ping(signal?: AbortSignal): Promise<PingAnswer> {
    const answer = await this.#http.ping(signal);
    // A connection alone is no proof, because the engine's proxy accepts it for a container that does not listen yet.
    if (answer !== 'unreachable') this.#listens();
    return answer;
  }

  /** Raises a lost connection only when the engine is back, because until then it is unknown whose failure it was. */
  async invoke(request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    try {
      return await this.#http.invoke(request, signal);
    } catch (error) {
      if (isEbbError(error, 'InstanceUnavailable')) await this.#untilItsFateIsKnown(signal);
      throw error;
    }
  }

  /** While the engine is away, unknown rules of the image count as absent. */
  async cancel(inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    const { id } = this.#container;
    const inspected = await this.#engine.ask((client) => client.getContainer(id).inspect()).catch(() => undefined);
    return cancelBy(cancelRulesOfLabels(inspected?.Config.Labels ?? {}), this.#http, inferenceId, signal);
  }

  async pause(signal?: AbortSignal): Promise<void> {
    await this.#change((container) => container.pause({ abortSignal: signal }));
    this.#isPaused = true;
  }

  async resume(signal?: AbortSignal): Promise<void> {
    await this.#change((container) => container.unpause({ abortSignal: signal }));
    this.#isPaused = false;
  }

  /**
   * Sends SIGTERM, then SIGKILL after the grace; resolves when the container is gone. Raises `InstanceUnavailable` if
   * it cannot be ended.
   */
  async terminate(graceMs: number): Promise<void> {
    const over = new AbortController();
    const gone = this.gone.finally(() => over.abort());
    gone.catch(() => {});
    const { signal } = over;
    await this.#signal('SIGTERM', signal);
    // A paused container gets the signal only when it resumes.
    if (this.#isPaused) await this.resume().catch(() => {});
    const hasEnded = await Promise.race([this.exited.then(() => true), sleep(graceMs, false, { ref: false })]);
    if (!hasEnded) await this.#signal('SIGKILL', signal);
    const isGone = await Promise.race([gone.then(() => true), sleep(KILL_LIMIT_MS, false, { ref: false })]);
    if (!isGone) throw unavailable(this.instanceId, 'could not be ended');
  }

  /** Forgets the container, which continues to run. */
  async close(): Promise<void> {
    this.#letGo.abort();
    await this.#http.close();
  }

  /**
   * Waits until the cause of a lost connection is known. dockerd carries the connections itself, and ends its
   * containers when it restarts. Raises nothing.
   */
  async #untilItsFateIsKnown(signal?: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([this.#letGo.signal, ...(signal ? [signal] : [])]);
    const inspect = (client: Docker): Promise<ContainerInspectInfo> =>
      client.getContainer(this.#container.id).inspect();
    const waits: Promise<unknown>[] = [this.exited, once(stop, 'abort')];
    try {
      const { State } = await this.#engine.askPatiently(inspect, LONGEST_OUTAGE_MS, stop);
      const seemsAlive = State.Running || State.Paused;
      if (seemsAlive && !(await this.#isOutOfReach())) return;
      if (seemsAlive) waits.push(sleep(END_NOTICE_MS, undefined, { ref: false }));
    } catch (error) {
      if (!isMissing(error)) return;
    }
    if (!stop.aborted) await Promise.race(waits);
  }

  #listens(): void {
    this.#onListening?.();
    this.#onListening = undefined;
  }

  /**
   * Tells, when a response breaks off, whether the container refuses connections. The engine notices the end of a
   * container only later. If the engine itself goes away, so do its proxies.
   */
  async #isOutOfReach(): Promise<boolean> {
    return (await this.#http.ping()) === 'unreachable';
  }

  async #change(call: (container: Docker.Container) => Promise<unknown>): Promise<void> {
    try {
      await this.#engine.ask((client) => call(client.getContainer(this.#container.id)));
    } catch (error) {
      throw unavailable(this.instanceId, `could not be paused or resumed: ${wordsOf(error)}`, error);
    }
  }

  async #signal(name: 'SIGTERM' | 'SIGKILL', over: AbortSignal): Promise<void> {
    this.#signalled = name;
    try {
      const kill = (client: Docker): Promise<unknown> => client.getContainer(this.#container.id).kill({ signal: name });
      await this.#engine.askPatiently(kill, ENGINE_PATIENCE_MS, over);
    } catch (error) {
      if (over.aborted || isMissing(error) || isStateConflict(error)) return;
      if (isAway(error)) throw error;
      throw unavailable(this.instanceId, `could not be terminated: ${wordsOf(error)}`, error);
    }
  }

  async #clearUp(output: ContainerOutput, writer: LogWriter, { onGone }: InstanceHooks): Promise<void> {
    await this.exited;
    await this.#http.close();
    await output.taken;
    await writer.close();
    await removeContainer(this.#engine, this.#container.id, this.#letGo.signal);
    await onGone();
  }

  #describe({ state, isEngineAway }: ContainerEnd): InstanceExit {
    if (!state) return { reason: 'Someone else removed the container.' };
    const { ExitCode: exitCode } = state;
    const { memoryMiB } = this.#container;
    if (isEngineAway) {
      return { exitCode, reason: `The container ended while the container engine was away (exit code ${exitCode}).` };
    }
    if (this.#isOutOfMemory(state)) {
      const limit = memoryMiB === undefined ? 'there is' : `its ${memoryMiB} MiB`;
      const reason = `The container was killed because it used more memory than ${limit} (exit code ${exitCode}).`;
      return { exitCode, isOutOfMemory: true, reason };
    }
    if (exitCode === SIGKILL_EXIT_CODE)
      return { exitCode, reason: 'The container was ended by SIGKILL (exit code 137).' };
    return { exitCode, reason: `The container ended with exit code ${exitCode}.` };
  }

  /**
   * Podman does not report this on machines with cgroups of version 1. There, a container with a limit counts as out of
   * memory if it was killed, but not by Ebb.
   */
  #isOutOfMemory({ OOMKilled, ExitCode }: NonNullable<ContainerEnd['state']>): boolean {
    if (OOMKilled) return ExitCode !== 0;
    if (!this.#engine.isPodman || this.#container.memoryMiB === undefined) return false;
    return ExitCode === SIGKILL_EXIT_CODE && this.#signalled !== 'SIGKILL';
  }
}

/** Removes a container in any state, with its anonymous volumes. Does nothing if it is gone. */
export async function removeContainer(engine: EngineClient, idOrName: string, signal?: AbortSignal): Promise<void> {
  try {
    const options = { force: true, v: true };
    await engine.askPatiently((client) => client.getContainer(idOrName).remove(options), ENGINE_PATIENCE_MS, signal);
  } catch (error) {
    // 409: it is being removed already.
    if (!isMissing(error) && !isStateConflict(error)) throw error;
  }
}
