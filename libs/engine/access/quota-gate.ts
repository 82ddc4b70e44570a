import type { Caller } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import { brokenQuota } from '../../core/access/quota.js';
import type { World } from '../world.js';

interface Reserved {
  invocations: number;
  inputBytes: number;
}

/**
 * Keeps the backlog of each access key within its quotas, in this process. An invocation on its way in counts already,
 * so that neither many requests at once nor uploads that take minutes get past the quotas.
 */
export class QuotaGate {
  private readonly reserved = new Map<string, Reserved>();

  constructor(private readonly world: Pick<World, 'invocations'>) {}

  /**
   * Makes room for one invocation with an input of `inputBytes`. Call the returned function when the invocation is on
   * record, or has failed to be. Raises `QuotaExceeded`.
   */
  async reserve({ keyId, quotas }: Caller, inputBytes: number, signal?: AbortSignal): Promise<() => void> {
    if (keyId === undefined || quotas === undefined) return () => undefined;
    const load = await this.world.invocations.keyLoad(keyId, signal);
    const reserved = this.reserved.get(keyId) ?? { invocations: 0, inputBytes: 0 };
    const use = {
      queued: load.queued + reserved.invocations,
      running: load.running,
      inputBytes: load.inputBytes + reserved.inputBytes,
    };
    const broken = brokenQuota(quotas, use, inputBytes);
    if (broken !== undefined) throw new EbbError('QuotaExceeded', broken);
    reserved.invocations += 1;
    reserved.inputBytes += inputBytes;
    this.reserved.set(keyId, reserved);
    return once(() => {
      reserved.invocations -= 1;
      reserved.inputBytes -= inputBytes;
      if (reserved.invocations === 0) this.reserved.delete(keyId);
    });
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
