import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { InstanceExit } from '../../core/ports/instances.js';
import { EbbError } from '../../core/errors.js';
import type { ProcessImage } from './image-folder.js';
import type { InstanceLog } from './instance-log.js';
import { signalGroup } from './process-group.js';

/** The first process of an instance, a child of ours that leads a process group of its own. */
export class ContainerProcess {
  readonly pid: number;
  /** Resolves when it has ended; what was left of its group has been killed by then. */
  readonly exited: Promise<InstanceExit>;
  #ended = false;

  private constructor(child: ChildProcess) {
    this.pid = child.pid!;
    this.exited = new Promise((resolve) => {
      child.once('exit', (exitCode, signal) => {
        this.#ended = true;
        // As in a container, where nothing outlives its first process. The number cannot have been given away yet.
        signalGroup(this.pid, 'SIGKILL');
        resolve(describeExit(exitCode, signal));
      });
    });
  }

  /** Raises `InstanceUnavailable` where the command cannot be started. */
  static async start(image: ProcessImage, env: Record<string, string>, log: InstanceLog): Promise<ContainerProcess> {
    const [program, ...args] = image.command;
    // The host's own node may be too old for what Ebb and its images are written for.
    const file = program === 'node' ? process.execPath : program;
    const output = await log.open();
    try {
      const child = spawn(file, args, {
        cwd: image.folder,
        env,
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
      });
      if (child.pid === undefined) await once(child, 'spawn');
      return new ContainerProcess(child);
    } catch (cause) {
      const { message } = cause as Error;
      throw new EbbError('InstanceUnavailable', `The image '${image.name}' could not be started: ${message}`, {
        cause,
      });
    } finally {
      await output.close();
    }
  }

  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#ended) signalGroup(this.pid, signal);
  }
}

function describeExit(exitCode: number | null, signal: NodeJS.Signals | null): InstanceExit {
  return exitCode === null
    ? { reason: `The container was ended by ${signal}.` }
    : { reason: `The container ended with exit code ${exitCode}.`, exitCode };
}
