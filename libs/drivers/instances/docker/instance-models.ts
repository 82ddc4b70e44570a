import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartPhase } from '../../../core/instance.js';
import type { LaunchSpec } from '../../../core/ports/instances.js';
import type { ModelArchives } from '../model-archive.js';

/** The instances' model directories, `<root>/<instance id>/`, which their containers mount to read. */
export class InstanceModels {
  readonly #root: string;
  readonly #archives: ModelArchives;

  constructor(root: string, archives: ModelArchives) {
    this.#root = root;
    this.#archives = archives;
  }

  /** Whether a launch could fetch and unpack the model; raises as that would. */
  async verify({ container, downloadTimeoutMs }: LaunchSpec, signal?: AbortSignal): Promise<void> {
    const { modelDataUrl } = container;
    if (modelDataUrl !== undefined) await this.#archives.verify(modelDataUrl, downloadTimeoutMs, signal);
  }

  /** Fetches an instance's model; undefined where there is none. */
  async fetch(
    { instanceId, container, downloadTimeoutMs }: LaunchSpec,
    onPhase: (phase: StartPhase) => void,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const { modelDataUrl } = container;
    if (modelDataUrl === undefined) return undefined;
    onPhase('download');
    const directory = join(this.#root, instanceId);
    await mkdir(directory, { recursive: true });
    await this.#archives.unpack(modelDataUrl, directory, downloadTimeoutMs, () => onPhase('unpack'), signal);
    return directory;
  }

  /** An instance is gone, and needs its model no more. */
  async release(instanceId: string): Promise<void> {
    await rm(join(this.#root, instanceId), { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }

  /** Removes what a crash has left of instances other than these. */
  async removeLeftovers(inUse: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    for (const instanceId of await readdir(this.#root)) if (!inUse.has(instanceId)) await this.release(instanceId);
  }
}
