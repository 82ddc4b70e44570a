import { type Caller, mayFollow } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { World } from '../world.js';

/** Returns an invocation that the caller may see. Raises `InvocationNotFound` for any other, as if it did not exist. */
export async function findFollowed(
  { invocations }: Pick<World, 'invocations'>,
  caller: Caller,
  id: string,
  signal?: AbortSignal,
): Promise<Invocation> {
  const invocation = await invocations.find(id, signal);
  if (invocation && mayFollow(caller, invocation)) return invocation;
  throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
}
