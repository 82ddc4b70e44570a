import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { InstanceExit } from '../../../core/ports/instances.js';
import type { LogWriter } from '../../../core/ports/logs.js';
import type { ProcessImage } from './image-folder.js';
import { launchFailure } from './launch-failure.js';
import { signalGroup } from './process-group.js';
import { ProcessOutput } from './process-output.js';

/** The first process of an instance, a child of ours that leads a process group of its own. */
export class ContainerProcess {
  readonly pid: number;
  /** Resolves when it has ended; what was left of its group has been killed by then. */
  readonly ended: Promise<InstanceExit>;
  /** Resolves when also the last of its output has been written to its log. */
  readonly exited: Promise<InstanceExit>;
  #hasEnded = false;

  private constructor(child: ChildProcess, writer: LogWriter) {
    this.pid = child.pid!;
    this.ended = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => {
        this.#hasEnded = true;
        // As in a container, where nothing outlives its first process. The number cannot have been given away yet.
        signalGroup(this.pid, 'SIGKILL');
        resolve(describeExit(exitCode, signal));
      });
    });
    const output = new ProcessOutput({ stdout: child.stdout!, stderr: child.stderr! }, writer);
    this.exited = this.#exit(output);
  }

  /** Raises `InstanceUnavailable` where the command cannot be started, `Unavailable` where nothing can. */
  static async start(image: ProcessImage, env: Record<string, string>, writer: LogWriter): Promise<ContainerProcess> {
    const [program, ...args] = image.command;
    // The host's own node may be too old for what Ebb and its images are written for.
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
