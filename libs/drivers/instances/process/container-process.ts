import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { InstanceExit } from '../../../core/ports/instances.js';
import type { LogWriter } from '../../../core/ports/logs.js';
import type { ProcessImage } from './image-folder.js';
import { launchFailure } from './launch-failure.js';
import { signalGroup } from './process-group.js';
import { ProcessOutput } from './process-output.js';

/** The first process of an instance: a child of Ebb that leads its own process group. */
export class ContainerProcess {
  readonly pid: number;
  /** Resolves when the process has ended and the rest of its group has been killed. */
  readonly ended: Promise<InstanceExit>;
  /** Resolves when the last output has also been written to the log. */
  readonly exited: Promise<InstanceExit>;
  #hasEnded = false;

  private constructor(child: ChildProcess, writer: LogWriter) {
    this.pid = child.pid!;
    this.ended = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => {
        this.#hasEnded = true;
        // In a container, too, no process outlives the first one. The process number is not reused yet.
        signalGroup(this.pid, 'SIGKILL');
        resolve(describeExit(exitCode, signal));
      });
    });
    const output = new ProcessOutput({ stdout: child.stdout!, stderr: child.stderr! }, writer);
    this.exited = this.#exit(output);
  }

  /**
   * Starts the process. Raises `InstanceUnavailable` if its command cannot be started, and `Unavailable` if no process
   * can.
   */
  static async start(image: ProcessImage, env: Record<string, string>, writer: LogWriter): Promise<ContainerProcess> {
    const [program, ...args] = image.command;
    // The host's own node may be too old for Ebb and its images.
    const file = program === 'node' ? process.execPath : program;
    try {
      const child = spawn(file, args, { cwd: image.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      if (child.pid === undefined) await once(child, 'spawn');
      return new ContainerProcess(child, writer);
    } catch (cause) {
      throw launchFailure(`The image '${image.name}' could not be started`, cause);
    }
  }

  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#hasEnded) signalGroup(this.pid, signal);
  }

  async #exit(output: ProcessOutput): Promise<InstanceExit> {
    const exit = await this.ended;
    await output.end();
    return exit;
  }
}

function describeExit(exitCode: number | null, signal: NodeJS.Signals | null): InstanceExit {
  return exitCode === null
    ? { reason: `The container was ended by ${signal}.` }
    : { reason: `The container ended with exit code ${exitCode}.`, exitCode };
}
