import { writeDataLog } from './data-log.js';
import { type Consequence, type LeasedAttempt, settleInvocation } from './settle-invocation.js';
import type { World } from '../world.js';

/** Settles an invocation after an attempt, or gives it back, and writes the line in the data log that tells of it. */
export async function concludeAttempt(
  world: Pick<
    World,
    'clock' | 'invocations' | 'ledger' | 'log' | 'logs' | 'objects' | 'place' | 'publicUrl' | 'signals'
  >,
  ended: LeasedAttempt,
): Promise<Consequence> {
  const consequence = await settleInvocation(world, ended);
  writeDataLog(world, ended, consequence);
  return consequence;
}
