import { messageOf } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { Fleet } from '../instance/fleet.js';
import type { Slot } from '../instance/slot.js';
import type { World } from '../world.js';

/** An attempt at an invocation that was cancelled. `leaving` is aborted when nobody waits for its container any more. */
interface CancelledAttempt {
  readonly invocation: Invocation;
  readonly slot: Slot;
  readonly leaving: AbortSignal;
}

/**
 * Has the container stop working on an invocation that was cancelled while it ran, and whose connection is closed. A
 * container that does not say that it has stopped is ended after a grace, where its image allows that: once it has finished
 * whatever else it runs. Resolves when the slot may be given to another invocation, or on `leaving`. Raises nothing.
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
    world.log.info('An instance is ended because it may still work on what was cancelled', {
      endpoint: endpointName,
      instanceId,
      invocationId: id,
    });
    fleet.drainInstance(endpointName, instanceId);
  } catch (error) {
    // The instance has ended by itself, or nothing will be given to it any more.
    if (over.aborted) return;
    world.log.error('A container could not be told of a cancelled invocation', {
      instanceId,
      reason: messageOf(error),
    });
  }
}
