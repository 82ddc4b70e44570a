import { EbbError } from '../../libs/core/errors.js';
import { PING_TIMEOUT_MS, type PingAnswer } from '../../libs/core/instance/instance.js';
import type { StartPhase } from '../../libs/core/instance/start-phase.js';
import type { Clock } from '../../libs/core/ports/clock.js';
import {
  type CancelAnswer,
  type ContainerRequest,
  type ContainerResponse,
  type FoundInstance,
  type InstanceExit,
  Instances,
  type LaunchedInstance,
  type LaunchSpec,
} from '../../libs/core/ports/instances.js';
import type { LogWriter, Logs } from '../../libs/core/ports/logs.js';
import type { Body } from '../../libs/core/ports/objects.js';
import { MemoryLogs } from './memory-logs.js';

/** How one launch goes. Without a script it takes no time and the instance is healthy at once. */
export interface LaunchScript {
  /** Raised instead of a start, when the times before it have passed. */
  readonly error?: EbbError;
  readonly downloadMs?: number;
  readonly unpackMs?: number;
  /** Until the container takes connections: its start. */
  readonly bootMs?: number;
  /** From the start to the first healthy ping; `Infinity` for one that never is. */
  readonly healthyAfterMs?: number;
  /** A container that accepts the ping's connection and never answers. */
  readonly pingHangs?: boolean;
  /** From the start to its death, with `exitCode`. */
  readonly diesAfterMs?: number;
  readonly exitCode?: number;
  /** Takes all of the grace and has to be killed. */
  readonly ignoresTermination?: boolean;
  /** From the start to its sickness, in which it goes on serving and answers its pings with `sickAnswer`. */
  readonly sickAfterMs?: number;
  readonly sickAnswer?: Exclude<PingAnswer, 'healthy'>;
  /** Once paused it cannot be resumed. */
  readonly staysPaused?: boolean;
}

/** How one invocation goes. Without a script the input comes back at once. */
export interface InvocationScript {
  readonly serviceMs?: number;
  /**
   * What follows when the service time has passed: an answer, a closed connection before or in the middle of it, the
   * death of the instance before or in the middle of it, or nothing ever.
   */
  readonly end?: 'answer' | 'reset' | 'break-off' | 'die' | 'die-answering' | 'hang';
  readonly exitCode?: number;
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: (input: Uint8Array) => Uint8Array;
  /** No length is announced. */
  readonly chunked?: boolean;
  readonly headerBytes?: number;
}

/** Decides how each launch and each invocation goes. */
export interface InstancesScript {
  readonly launch?: (spec: LaunchSpec) => LaunchScript;
  readonly invoke?: (instanceId: string, request: ContainerRequest) => InvocationScript;
  /** What a container says when it is told of an invocation that is cancelled; without it, images have no cancel path. */
  readonly cancel?: (spec: LaunchSpec, inferenceId: string) => CancelAnswer;
}

const DEFAULT_HEADER_BYTES = 120;

/**
 * Instances that exist only in memory and in the time of a clock. They belong to the world outside Ebb: an Ebb that
 * crashes leaves them running, and the next one finds them by `list`.
 */
export class MemoryInstances extends Instances {
  /** Instances that were told to end while they ran an invocation. */
  readonly terminatedBusy: string[] = [];
  /** What containers were told to stop working on. */
  readonly cancelled: { readonly instanceId: string; readonly inferenceId: string }[] = [];
  /** Instances that were paused while they ran an invocation. */
  readonly pausedBusy: string[] = [];
  readonly #clock: Clock;
  readonly #script: InstancesScript;
  readonly #living = new Map<string, MemoryInstance>();
  readonly #logs: Logs;

  constructor(clock: Clock, script: InstancesScript = {}, logs: Logs = new MemoryLogs()) {
    super();
    this.#logs = logs;
    this.#clock = clock;
    this.#script = script;
  }

  async admit(): Promise<void> {}

  async check(spec: LaunchSpec, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { downloadMs = 0, error, unpackMs = 0 } = this.#script.launch?.(spec) ?? {};
    if (spec.container.modelDataUrl !== undefined) await this.#clock.sleep(downloadMs + unpackMs, signal);
    if (error !== undefined) throw error;
  }

  async launch(
    spec: LaunchSpec,
    onPhase: (phase: StartPhase) => void = () => {},
    signal?: AbortSignal,
  ): Promise<LaunchedInstance> {
    signal?.throwIfAborted();
    const script = this.#script.launch?.(spec) ?? {};
    if (spec.container.modelDataUrl !== undefined) {
      onPhase('download');
      await this.#clock.sleep(script.downloadMs ?? 0, signal);
      onPhase('unpack');
      await this.#clock.sleep(script.unpackMs ?? 0, signal);
    }
    onPhase('boot');
    if (script.error !== undefined) {
      await this.#clock.sleep(script.bootMs ?? 0, signal);
      throw script.error;
    }
    signal?.throwIfAborted();
    const { instanceId, endpointName, variantName } = spec;
    const instance = new MemoryInstance(spec, this.#clock, script, {
      output: this.#logs.open({ endpointName, variantName, instanceId }),
      onListening: () => onPhase('ping'),
      onEnd: () => this.#living.delete(instanceId),
    });
    this.#living.set(instanceId, instance);
    return { instanceId, exited: instance.exited };
  }

  async terminate(instanceId: string, graceMs: number): Promise<void> {
    const instance = this.#living.get(instanceId);
    if (instance === undefined) return;
    if (instance.busy > 0) this.terminatedBusy.push(instanceId);
    await instance.terminate(graceMs);
  }

  async adopt({ instanceId }: LaunchSpec): Promise<LaunchedInstance | undefined> {
    const instance = this.#living.get(instanceId);
    if (instance === undefined || instance.isPaused) return undefined;
    return { instanceId, exited: instance.exited };
  }

  async pause(instanceId: string): Promise<void> {
    const instance = this.#find(instanceId);
    if (instance.busy > 0) this.pausedBusy.push(instanceId);
    instance.isPaused = true;
  }

  async resume(instanceId: string): Promise<void> {
    const instance = this.#find(instanceId);
    if (instance.staysPaused) throw new EbbError('InstanceUnavailable', `Instance ${instanceId} does not wake up.`);
    instance.isPaused = false;
  }

  isPaused(instanceId: string): boolean {
    return this.#living.get(instanceId)?.isPaused === true;
  }

  /** Whether its script has it answer its pings badly by now. */
  isSick(instanceId: string): boolean {
    return this.#living.get(instanceId)?.isSick === true;
  }

  async list(): Promise<FoundInstance[]> {
    return [...this.#living.values()].map(({ found, isPaused }) => ({ ...found, isPaused }));
  }

  async ping(instanceId: string, signal?: AbortSignal): Promise<PingAnswer> {
    signal?.throwIfAborted();
    return (await this.#living.get(instanceId)?.ping(signal)) ?? 'unreachable';
  }

  async invoke(instanceId: string, request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    signal?.throwIfAborted();
    return this.#find(instanceId).invoke(request, this.#script.invoke?.(instanceId, request) ?? {}, signal);
  }

  async cancel(instanceId: string, inferenceId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    signal?.throwIfAborted();
    const instance = this.#living.get(instanceId);
    if (instance === undefined) return { isAcknowledged: true };
    this.cancelled.push({ instanceId, inferenceId });
    instance.print(`POST /cancel ${inferenceId}`);
    return this.#script.cancel?.(instance.spec, inferenceId) ?? { isAcknowledged: false };
  }

  #find(instanceId: string): MemoryInstance {
    const instance = this.#living.get(instanceId);
    if (instance === undefined) throw gone(instanceId);
    return instance;
  }

  /** Ends an instance at this instant, as a crash or a lost machine would. */
  kill(instanceId: string): void {
    this.#living.get(instanceId)?.end({ reason: 'The container was ended by SIGKILL.' });
  }
}

class MemoryInstance {
  readonly exited: Promise<InstanceExit>;
  readonly found: FoundInstance;
  busy = 0;
  isPaused = false;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #script: LaunchScript;
  readonly #listensAt: number;
  readonly #ending = new AbortController();
  readonly #output: LogWriter;
  readonly #onListening: () => void;
  readonly #onEnd: (exit: InstanceExit) => void;
  #isListening = false;

  constructor(
    readonly spec: LaunchSpec,
    clock: Clock,
    script: LaunchScript,
    { output, onListening, onEnd }: { output: LogWriter; onListening: () => void; onEnd: () => void },
  ) {
    const { instanceId, endpointName, variantName, deploymentId } = spec;
    const launchedAt = clock.now();
    this.found = { instanceId, launchedAs: { endpointName, variantName, deploymentId, launchedAt } };
    this.#id = instanceId;
    this.#clock = clock;
    this.#script = script;
    this.#listensAt = clock.now() + (script.bootMs ?? 0);
    this.#output = output;
    this.#onListening = onListening;
    this.print('ready');
    const { promise, resolve } = Promise.withResolvers<InstanceExit>();
    this.exited = promise;
    this.#onEnd = (exit) => {
      onEnd();
      void output.close();
      resolve(exit);
    };
    const { bootMs = 0, diesAfterMs, exitCode = 1 } = script;
    if (diesAfterMs !== undefined) this.#endAfter(bootMs + diesAfterMs, exitWith(exitCode));
  }

  get isSick(): boolean {
    return this.#clock.now() - this.#listensAt >= (this.#script.sickAfterMs ?? Infinity);
  }

  get staysPaused(): boolean {
    return this.#script.staysPaused === true;
  }

  end(exit: InstanceExit): void {
    if (this.#ending.signal.aborted) return;
    this.#onEnd(exit);
    this.#ending.abort(gone(this.#id));
  }

  async terminate(graceMs: number): Promise<void> {
    if (this.#script.ignoresTermination) {
      this.print('SIGTERM');
      this.#endAfter(graceMs, { reason: 'The container was ended by SIGKILL.' });
    } else {
      this.end(exitWith(0));
    }
    await this.exited;
  }

  async ping(signal: AbortSignal | undefined): Promise<PingAnswer> {
    const listensForMs = this.#clock.now() - this.#listensAt;
    if (listensForMs < 0) return 'unreachable';
    if (!this.#isListening) this.#onListening();
    this.#isListening = true;
    const sickAnswer = this.isSick ? (this.#script.sickAnswer ?? 'unhealthy') : undefined;
    if (this.#script.pingHangs || this.isPaused || sickAnswer === 'silent') {
      await this.#clock.sleep(PING_TIMEOUT_MS, signal);
      return 'silent';
    }
    if (sickAnswer) return sickAnswer;
    return listensForMs >= (this.#script.healthyAfterMs ?? 0) ? 'healthy' : 'unhealthy';
  }

  async invoke(
    request: ContainerRequest,
    script: InvocationScript,
    signal: AbortSignal | undefined,
  ): Promise<ContainerResponse> {
    this.busy += 1;
    this.print(`POST /invocations ${request.inferenceId}`);
    try {
      const input = await readAll(request.body);
      await this.#serve(script, signal);
      const output = script.body?.(input) ?? input;
      return respond(request, script, this.#answer(script, output), output.length);
    } finally {
      this.busy -= 1;
    }
  }

  print(text: string): void {
    this.#output.write('stdout', text, this.#clock.now());
  }

  #answer(script: InvocationScript, output: Uint8Array): Body {
    if (script.end === 'break-off') return cutShort(output, () => new Error('The container closed the connection.'));
    if (script.end !== 'die-answering') return output;
    return cutShort(output, () => {
      this.end(exitWith(script.exitCode ?? 1));
      return gone(this.#id);
    });
  }

  /** Passes the service time; raises what keeps the instance from answering. */
  async #serve(script: InvocationScript, signal: AbortSignal | undefined): Promise<void> {
    const ends = linkSignals(this.#ending.signal, signal);
    try {
      await this.#clock.sleep(script.serviceMs ?? 0, ends.signal);
      if (script.end === 'die') this.end(exitWith(script.exitCode ?? 1));
      ends.signal.throwIfAborted();
      if (script.end === 'reset') throw new EbbError('InstanceUnavailable', 'The connection was reset.');
      if (script.end === 'hang') await untilAborted(ends.signal);
    } finally {
      ends.unlink();
    }
  }

  #endAfter(ms: number, exit: InstanceExit): void {
    this.#clock.sleep(ms, this.#ending.signal).then(
      () => this.end(exit),
      () => {},
    );
  }
}

function respond(request: ContainerRequest, script: InvocationScript, body: Body, size: number): ContainerResponse {
  return {
    status: script.status ?? 200,
    contentType: script.contentType ?? request.contentType,
    sizeBytes: script.chunked ? undefined : size,
    headerBytes: script.headerBytes ?? DEFAULT_HEADER_BYTES,
    body,
  };
}

async function* cutShort(bytes: Uint8Array, end: () => Error): AsyncGenerator<Uint8Array, void, void> {
  yield bytes.subarray(0, Math.floor(bytes.length / 2));
  throw end();
}

async function readAll(body: Body): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** One signal out of two, leaving no listener behind: `AbortSignal.any` keeps them as long as the longer-lived one. */
function linkSignals(
  first: AbortSignal,
  second: AbortSignal | undefined,
): { readonly signal: AbortSignal; unlink(): void } {
  const linked = new AbortController();
  const abort = (event: Event): void => linked.abort((event.target as AbortSignal).reason);
  const signals = second === undefined ? [first] : [first, second];
  for (const signal of signals) {
    if (signal.aborted) linked.abort(signal.reason);
    signal.addEventListener('abort', abort);
  }
  return {
    signal: linked.signal,
    unlink: () => signals.forEach((signal) => signal.removeEventListener('abort', abort)),
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function exitWith(exitCode: number): InstanceExit {
  return { reason: `The container ended with exit code ${exitCode}.`, exitCode };
}

function gone(instanceId: string): EbbError {
  return new EbbError('InstanceUnavailable', `Instance ${instanceId} is gone.`);
}
