import type { Caller } from '../../core/access/caller.js';
import { type RateVerdict, type RequestAllowance, countRequest } from '../../core/access/request-rate.js';
import type { World } from '../world.js';

/** Counts the requests of every access key with a limit, in this process. It holds at most one count a key. */
export class RequestRates {
  private readonly allowances = new Map<string, RequestAllowance>();

  constructor(private readonly world: Pick<World, 'clock'>) {}

  /** Counts one request; returns undefined if the caller has no limit. */
  count({ keyId, quotas }: Caller): (RateVerdict & { readonly perMinute: number }) | undefined {
    const perMinute = quotas?.requestsPerMinute;
    if (keyId === undefined || perMinute === undefined) return undefined;
    const verdict = countRequest(this.allowances.get(keyId), perMinute, this.world.clock.now());
    this.allowances.set(keyId, verdict.allowance);
    return { ...verdict, perMinute };
  }
}
