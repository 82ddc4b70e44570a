import { messageOf } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { Fleet } from '../instance/fleet.js';
import type { Slot } from '../instance/slot.js';
import type { World } from '../world.js';

/**
 * An attempt at an invocation that was cancelled. `leaving` is aborted when the worker no longer waits for its
 * container.
 */
interface CancelledAttempt {
  readonly invocation: Invocation;
  readonly slot: Slot;
  readonly leaving: AbortSignal;
}

/**
 * Tells the container to stop working on an invocation that was cancelled while it ran, and whose connection is closed.
 * If the container does not confirm that, and its image allows it, its instance is drained after a grace, so that its
 * other invocations finish. Resolves when the slot may be given to another invocation, or on `leaving`. Raises nothing.
 */
export async function stopContainer(
  world: Pick<World, 'clock' | 'instances' | 'log'>,
  fleet: Pick<Fleet, 'drainInstance'>,
  { invocation, slot, leaving }: CancelledAttempt,
): Promise<void> {
  const { endpointName, id, inferenceId } = invocation;
  const { instanceId, abandon } = slot;
  const over = AbortSignal.any([abandon, leaving]);
  try {
    const { isAcknowledged, endsInstanceAfterMs } = await world.instances.cancel(instanceId, inferenceId, over);
    if (isAcknowledged || endsInstanceAfterMs === undefined) return;
    await world.clock.sleep(endsInstanceAfterMs, over);
    world.log.info('An instance is ended because it may still work on a cancelled invocation', {
      endpoint: endpointName,
      instanceId,
      invocationId: id,
    });
    fleet.drainInstance(endpointName, instanceId);
  } catch (error) {
    // The instance has ended, or it gets no more invocations.
    if (over.aborted) return;
    world.log.error('A container could not be told that an invocation was cancelled', {
      instanceId,
      reason: messageOf(error),
    });
  }
}
