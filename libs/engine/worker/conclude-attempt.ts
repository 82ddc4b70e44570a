import type { Invocation } from '../../core/invocation/invocation.js';
import { writeDataLog } from './data-log.js';
import type { HeldLease } from './held-lease.js';
import { measureInvocation } from './measure-invocation.js';
import type { Meter } from '../metric/meter.js';
import type { Attempt } from './run-invocation.js';
import { settleInvocation } from './settle-invocation.js';
import type { World } from '../world.js';

/** An attempt that has ended, and what it was. */
export interface ConcludedAttempt {
  readonly invocation: Invocation;
  readonly lease: HeldLease;
  readonly attempt: Attempt;
  /** The variant that ran it, or would have. Without one it is not measured. */
  readonly variantName?: string;
  /** Absent where it ran nowhere. */
  readonly instanceId?: string;
}

/** Settles an invocation after an attempt, or gives it back; then writes its line in the data log, and measures it. */
export async function concludeAttempt(
  world: World,
  meter: Pick<Meter, 'add'>,
  { invocation, lease, attempt, variantName, instanceId }: ConcludedAttempt,
): Promise<void> {
  const consequence = await settleInvocation(world, invocation, lease, attempt);
  if (consequence.kind === 'lost') return;
  const end = consequence.kind === 'settled' ? consequence.end : attempt.end;
  writeDataLog(world, invocation, end, { variantName, instanceId });
  if (consequence.kind !== 'settled' || variantName === undefined) return;
  measureInvocation(meter, invocation, variantName, attempt.timings ?? {}, consequence);
}
