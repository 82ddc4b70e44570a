import { type EbbError, isEbbError } from '../../../core/errors.js';
import type { StartPhase } from '../../../core/instance/start-phase.js';
import type { KnownInstance, KnownInstances } from './known-instances.js';

type Release = () => Promise<void>;

/** What a launch is asked for with, whatever the technology. */
export interface Launch {
  readonly instanceId: string;
  readonly onPhase: (phase: StartPhase) => void;
  readonly signal?: AbortSignal;
}

/** The steps of a launch that each technology brings, in their order. A step that fails undoes what it has done itself. */
export interface LaunchSteps<Image, Model extends { release: Release }, I extends KnownInstance> {
  /** Finds the image; calls `onPull` where it has to be pulled. There is nothing to release. */
  findImage(onPull: () => void): Promise<Image>;
  /** Makes what the instance has beside its container, such as a directory; answers with what removes that. */
  prepare?(): Promise<Release>;
  /** Holds the model's files; tells its own phases. */
  acquireModel(): Promise<Model>;
  /** Starts the container. From then on the instance releases all that was acquired for it, when it is gone. */
  boot(image: Image, model: Model, onListening: () => void): Promise<I>;
  /** Whose fault a failure is that is no `EbbError`. */
  explain(error: unknown): EbbError;
}

/**
 * Launches an instance, which is among those that are known then. Where a step fails, or the signal aborts, what was
 * acquired is released, last acquired first, and an instance that runs already is terminated.
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
    // That something could not be released is not why the launch failed; the driver's next `list` clears it up.
    for (const release of acquired.reverse()) await release().catch(() => {});
    signal?.throwIfAborted();
    throw isEbbError(error) ? error : steps.explain(error);
  } finally {
    known.unclaim(instanceId);
  }
}
