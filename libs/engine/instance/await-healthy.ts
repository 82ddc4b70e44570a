import { describeNeverHealthy } from '../../core/instance/instance-end.js';
import { PING_INTERVAL_MS } from '../../core/instance/instance.js';
import type { InstanceExit } from '../../core/ports/instances.js';
import type { Member } from './fleet-member.js';
import type { World } from '../world.js';

/**
 * Raised when a container ended, or was given up, after its start and before its first good ping. Its message is for
 * users.
 */
export class NeverHealthy extends Error {
  override readonly name = 'NeverHealthy';

  constructor(
    { instanceType, variantName }: Member,
    /** How the container ended, if it did. */
    readonly exit?: InstanceExit,
  ) {
    super(describeNeverHealthy(variantName, exit, instanceType));
  }
}

/**
 * Pings an instance until it answers well. Rejects with `NeverHealthy` when its startup time is over, and with the
 * reason of `leaving` when the instance is to leave.
 */
export async function awaitHealthy(
  { clock, instances }: Pick<World, 'clock' | 'instances'>,
  member: Member,
): Promise<void> {
  const { leaving: signal } = member;
  const giveUpAt = clock.now() + member.startupTimeoutMs;
  while ((await instances.ping(member.id, signal)) !== 'healthy') {
    if (clock.now() >= giveUpAt) throw new NeverHealthy(member);
    await clock.sleep(PING_INTERVAL_MS, signal);
  }
}
