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

/** A process that has closed its connections is known to have ended after this, if it has. */
const END_NOTICE_MS = 250;

/** What one instance is started from; its directory and its model's files are there. */
export interface ProcessStart {
  readonly instanceId: string;
  readonly image: ProcessImage;
  /** Where its model's files are, until `release` is called when it is gone. */
  readonly model: ModelDirectories;
  readonly release: () => Promise<void>;
  /** The model's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  readonly port: number;
  readonly region?: string;
  /** Where its output goes; closed when it is gone. */
  readonly output: LogWriter;
  /** Called once, when the container takes connections. */
  readonly onListening: () => void;
}

/** An instance from the start of its first process until nothing is left of it. */
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
    // Whoever terminates it learns that it could not be cleared up; if nobody does, the next `list` still finds it.
    this.gone.catch(() => {});
  }

  /** Starts the process; raises what `ContainerProcess.start` raises where that is not possible. */
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
    // The token is known to everybody before there is a process that bears it, so that none can be missed.
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

  /** Stops the process group where it stands. */
  pause(): void {
    this.#process.signal('SIGSTOP');
  }

  resume(): void {
    this.#process.signal('SIGCONT');
  }

  /** SIGTERM to the process group, SIGKILL after the grace; resolves when it is gone. */
  async terminate(graceMs: number): Promise<void> {
    this.#process.signal('SIGTERM');
    // One that is paused hears of it only when it goes on.
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
