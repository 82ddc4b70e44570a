import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceExit } from '../../../core/ports/instances.js';
import type { LogWriter } from '../../../core/ports/logs.js';
import type { CancelRules } from '../container/cancel-rules.js';
import { containerEnvironment } from './container-environment.js';
import { ContainerHttp } from '../container/container-http.js';
import { ContainerProcess } from './container-process.js';
import type { KnownInstance } from '../container/known-instances.js';
import type { ProcessImage } from './image-folder.js';
import type { InstanceDirectories, ModelDirectories } from './instance-directories.js';
import { killProcesses } from './process-group.js';
import type { ProcessGuard } from './process-guard.js';
import { type ProcessMarks, processStartedAt } from './process-table.js';

/** How long to wait for the end of a process that has closed its connections. */
const END_NOTICE_MS = 250;

/** The start of one instance, whose directory and model's files exist already. */
export interface ProcessStart {
  readonly instanceId: string;
  readonly image: ProcessImage;
  /** The folders of its model's files. They exist until `release` is called, when the instance is gone. */
  readonly model: ModelDirectories;
  readonly release: () => Promise<void>;
  /** The model's variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  readonly port: number;
  readonly region?: string;
  /** The log for its output, which is closed when the instance is gone. */
  readonly output: LogWriter;
  /** Called once, when the container accepts connections. */
  readonly onListening: () => void;
}

/** An instance, from the start of its first process until nothing of it is left. */
export class RunningInstance implements KnownInstance {
  readonly instanceId: string;
  readonly http: ContainerHttp;
  readonly cancelRules: CancelRules;
  readonly exited: Promise<InstanceExit>;
  /** Resolves when all its processes and its directory are gone. */
  readonly gone: Promise<void>;
  readonly #process: ContainerProcess;

  private constructor(
    { instanceId, image, port, onListening }: ProcessStart,
    process: ContainerProcess,
    clearUp: () => Promise<void>,
  ) {
    this.instanceId = instanceId;
    this.#process = process;
    this.cancelRules = image.cancel;
    this.exited = process.exited;
    this.http = new ContainerHttp(`http://127.0.0.1:${port}`, () => this.#endsNow(), onListening);
    this.gone = this.#clearUp(clearUp);
    // A caller of `terminate` gets this error. Without such a call, the next `list` still finds the instance.
    this.gone.catch(() => {});
  }

  /** Starts the process. Raises the errors of `ContainerProcess.start`. */
  static async start(
    start: ProcessStart,
    directories: InstanceDirectories,
    guard: ProcessGuard,
  ): Promise<RunningInstance> {
    const { instanceId, image, port } = start;
    const token = randomUUID();
    const env = containerEnvironment({
      host: start.hostEnvironment,
      image: image.env,
      model: start.environment,
      platform: { port, token, region: start.region, ...start.model },
    });
    // The record and the guard have the token before a process bears it, so no process can be missed.
    await directories.writeRecord(instanceId, { token });
    guard.add(token);
    const process = await ContainerProcess.start(image, env, start.output).catch((error: unknown) => {
      guard.remove(token);
      throw error;
    });
    guard.add(process.pid);
    const marks = identify(token, process.pid);
    const recorded = marks.then((identified) => directories.writeRecord(instanceId, identified));
    const instance = new RunningInstance(start, process, async () => {
      await Promise.allSettled([recorded]);
      await killProcesses(await marks);
      guard.remove(process.pid);
      guard.remove(token);
      await directories.remove(instanceId);
      await start.release();
      await start.output.close();
    });
    try {
      await recorded;
    } catch (error) {
      await instance.terminate(0);
      throw error;
    }
    return instance;
  }

  /** Suspends the process group. */
  pause(): void {
    this.#process.signal('SIGSTOP');
  }

  resume(): void {
    this.#process.signal('SIGCONT');
  }

  /** Sends SIGTERM to the process group, then SIGKILL after the grace; resolves when the instance is gone. */
  async terminate(graceMs: number): Promise<void> {
    this.#process.signal('SIGTERM');
    // A paused process gets the signal only when it resumes.
    this.#process.signal('SIGCONT');
    const ended = new AbortController();
    const kill = sleep(graceMs, undefined, { signal: ended.signal }).then(
      () => this.#process.signal('SIGKILL'),
      () => {},
    );
    await this.exited.finally(() => ended.abort());
    await kill;
    await this.gone;
  }

  async #clearUp(clearUp: () => Promise<void>): Promise<void> {
    await this.exited;
    await this.http.close();
    await clearUp();
  }

  #endsNow(): Promise<boolean> {
    return Promise.race([this.#process.ended.then(() => true), sleep(END_NOTICE_MS, false)]);
  }
}

async function identify(token: string, pid: number): Promise<ProcessMarks> {
  return { token, pid, startedAt: await processStartedAt(pid) };
}
