import { PING_INTERVAL_MS } from '../core/instance.js';
import type { Member } from './fleet-member.js';
import type { World } from './world.js';

/** Pings an instance until it answers well; raises when its startup time is over, and when it is to leave. */
export async function awaitHealthy(
  { clock, instances }: Pick<World, 'clock' | 'instances'>,
  member: Member,
): Promise<undefined> {
  const { signal } = member.leave;
  const giveUpAt = clock.now() + member.startupTimeoutMs;
  while ((await instances.ping(member.id, signal)) !== 'healthy') {
    if (clock.now() >= giveUpAt) {
      throw new Error(
        `The primary container for production variant ${member.variantName} did not pass the ping health check. ` +
          'Please check CloudWatch logs for this endpoint.',
      );
    }
    await clock.sleep(PING_INTERVAL_MS, signal);
  }
  return undefined;
}
