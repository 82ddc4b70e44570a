import type { Caller } from '../../core/access/caller.js';
import { EbbError } from '../../core/errors.js';
import { brokenQuota } from '../../core/access/quota.js';
import type { World } from '../world.js';

interface Reserved {
  invocations: number;
  inputBytes: number;
}

/**
 * Lets no access key have more in the backlog than its quotas allow, in this process: what is on its way in counts as if
 * it were there, so that many requests at once, or uploads that take minutes, do not slip past.
 */
export class QuotaGate {
  private readonly reserved = new Map<string, Reserved>();

  constructor(private readonly world: Pick<World, 'invocations'>) {}

  /**
   * Makes room for one invocation with an input of `inputBytes`. What it returns is to be called when the invocation is on
   * record, or is not going to be. Raises `QuotaExceeded`.
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
