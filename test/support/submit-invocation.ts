import type { Invocation } from '../../libs/core/invocation/invocation.js';
import type { Submission } from '../../libs/core/invocation/submission.js';
import { acceptInvocation } from '../../libs/engine/invocation/accept-invocation.js';
import type { World } from '../../libs/engine/world.js';

/** Accepts an invocation, and returns it whether or not it was accepted before. */
export async function submitInvocation(
  world: World,
  submission: Submission,
  signal?: AbortSignal,
): Promise<Invocation> {
  return (await acceptInvocation(world, submission, signal)).invocation;
}
