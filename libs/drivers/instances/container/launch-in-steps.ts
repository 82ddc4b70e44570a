import { type EbbError, isEbbError } from '../../../core/errors.js';
import type { StartPhase } from '../../../core/instance/start-phase.js';
import type { KnownInstance, KnownInstances } from './known-instances.js';

type Release = () => Promise<void>;

/** The request for a launch, in any technology. */
export interface Launch {
  readonly instanceId: string;
  readonly onPhase: (phase: StartPhase) => void;
  readonly signal?: AbortSignal;
}

/** The steps of a launch that each technology provides, in their order. A step that fails undoes its own work. */
export interface LaunchSteps<Image, Model extends { release: Release }, I extends KnownInstance> {
  /** Finds the image; calls `onPull` if it must be pulled. There is nothing to release. */
  findImage(onPull: () => void): Promise<Image>;
  /**
   * Creates the instance's resources besides its container, such as a directory; returns the function that removes
   * them.
   */
  prepare?(): Promise<Release>;
  /** Holds the model's files; reports its own phases. */
  acquireModel(): Promise<Model>;
  /** Starts the container. After that the instance releases everything that was acquired for it when it is gone. */
  boot(image: Image, model: Model, onListening: () => void): Promise<I>;
  /** Turns a failure that is not an `EbbError` into one that says whose fault it is. */
  explain(error: unknown): EbbError;
}

/**
 * Launches an instance and adds it to the known instances. If a step fails or the signal aborts, everything that was
 * acquired is released, the last acquired first, and an instance that runs already is terminated.
 */
export async function launchInSteps<Image, Model extends { release: Release }, I extends KnownInstance>(
  known: KnownInstances<I>,
  { instanceId, onPhase, signal }: Launch,
  steps: LaunchSteps<Image, Model, I>,
): Promise<I> {
  signal?.throwIfAborted();
  known.claim(instanceId);
  const acquired: Release[] = [];
  try {
    const image = await steps.findImage(() => onPhase('pull'));
    signal?.throwIfAborted();
    if (steps.prepare) acquired.push(await steps.prepare());
    signal?.throwIfAborted();
    const model = await steps.acquireModel();
    acquired.push(() => model.release());
    signal?.throwIfAborted();
    onPhase('boot');
    const instance = await steps.boot(image, model, () => onPhase('ping'));
    acquired.length = 0;
    known.add(instance);
    if (signal?.aborted) await instance.terminate(0);
    signal?.throwIfAborted();
    return instance;
  } catch (error) {
    // A failed release is not why the launch failed. The driver's next `list` removes the remains.
    for (const release of acquired.reverse()) await release().catch(() => {});
    signal?.throwIfAborted();
    throw isEbbError(error) ? error : steps.explain(error);
  } finally {
    known.unclaim(instanceId);
  }
}
