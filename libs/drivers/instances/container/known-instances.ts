import type { LaunchedInstance } from '../../../core/ports/instances.js';
import { checkInstanceId } from './instance-id.js';
import { unavailable } from './unavailable.js';

/** An instance in the hands of the driver that launched or adopted it. */
export interface KnownInstance extends LaunchedInstance {
  /** Settles when nothing is left of it, or what is left cannot be removed. */
  readonly gone: Promise<void>;
  /** Resolves when it is gone. */
  terminate(graceMs: number): Promise<void>;
}

/** The instances that a driver runs, and the ids of those that it is launching. */
export class KnownInstances<I extends KnownInstance> {
  readonly #running = new Map<string, I>();
  readonly #launching = new Set<string>();

  /** An instance that runs; raises `InstanceUnavailable` where there is none. */
  find(instanceId: string): I {
    const instance = this.#running.get(instanceId);
    if (instance === undefined) throw unavailable(instanceId, 'is gone');
    return instance;
  }

  get(instanceId: string): I | undefined {
    return this.#running.get(instanceId);
  }

  isLaunching(instanceId: string): boolean {
    return this.#launching.has(instanceId);
  }

  /** All that run now. */
  running(): I[] {
    return [...this.#running.values()];
  }

  /** The ids of all that are being launched now. */
  launching(): string[] {
    return [...this.#launching];
  }

  /** Keeps an instance that runs until it is gone. */
  add(instance: I): void {
    this.#running.set(instance.instanceId, instance);
    const forget = (): void => void this.#running.delete(instance.instanceId);
    instance.gone.then(forget, forget);
  }

  /**
   * Takes an id for one launch, until `unclaim`. Raises `InstanceUnavailable` where an instance has it, and
   * `InvalidRequest` where it cannot be an id.
   */
  claim(instanceId: string): void {
    checkInstanceId(instanceId);
    if (this.#launching.has(instanceId)) throw unavailable(instanceId, 'is being launched already');
    if (this.#running.has(instanceId)) throw unavailable(instanceId, 'has been launched already');
    this.#launching.add(instanceId);
  }

  unclaim(instanceId: string): void {
    this.#launching.delete(instanceId);
  }

  /** Lets go of all that run, which go on running. */
  clear(): void {
    this.#running.clear();
  }
}
