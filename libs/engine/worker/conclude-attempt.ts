import { writeDataLog } from './data-log.js';
import { type Consequence, type LeasedAttempt, settleInvocation } from './settle-invocation.js';
import type { World } from '../world.js';

/**
 * Settles an invocation after an attempt, or returns it to the backlog, and writes the line about it to the data log.
 */
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
