import type { LaunchedInstance } from '../../../core/ports/instances.js';
import { checkInstanceId } from './instance-id.js';
import { unavailable } from './unavailable.js';

/** An instance that a driver launched or adopted. */
export interface KnownInstance extends LaunchedInstance {
  /** Resolves when nothing is left of the instance; rejects if its remains cannot be removed. */
  readonly gone: Promise<void>;
  /** Ends the instance; resolves when it is gone. */
  terminate(graceMs: number): Promise<void>;
}

/** The instances that a driver runs, and the ids of the instances that it is launching. */
export class KnownInstances<I extends KnownInstance> {
  readonly #running = new Map<string, I>();
  readonly #launching = new Set<string>();

  /** Returns a running instance; raises `InstanceUnavailable` if there is none. */
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

  /** Returns the instances that run now. */
  running(): I[] {
    return [...this.#running.values()];
  }

  /** Returns the ids of the instances that are being launched now. */
  launching(): string[] {
    return [...this.#launching];
  }

  /** Keeps a running instance until it is gone. */
  add(instance: I): void {
    this.#running.set(instance.instanceId, instance);
    const forget = (): void => void this.#running.delete(instance.instanceId);
    instance.gone.then(forget, forget);
  }

  /**
   * Reserves an id for one launch, until `unclaim`. Raises `InstanceUnavailable` if an instance has the id, and
   * `InvalidRequest` if it is not valid.
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

  /** Forgets all running instances, which continue to run. */
  clear(): void {
    this.#running.clear();
  }
}
