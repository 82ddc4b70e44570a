import type { Quotas } from './caller.js';

/** The backlog of one access key. */
export interface QuotaUse {
  readonly queued: number;
  readonly running: number;
  /** The bytes of inputs that came with their requests. */
  readonly inputBytes: number;
}

/**
 * Returns why one more invocation, with an input of `inputBytes`, would break a quota; absent if there is room. The
 * sentence is meant for the person who sent the request.
 */
export function brokenQuota(quotas: Quotas, use: QuotaUse, inputBytes: number): string | undefined {
  const { queuedInvocations = Infinity, runningInvocations = Infinity, queuedBytes = Infinity } = quotas;
  if (use.queued >= queuedInvocations) {
    return `This access key may have ${queuedInvocations} invocations waiting at a time, and has ${use.queued}.`;
  }
  if (use.running >= runningInvocations) {
    return `This access key may have ${runningInvocations} invocations running at a time, and has ${use.running}.`;
  }
  if (use.inputBytes + inputBytes > queuedBytes) {
    return (
      `This access key may have ${queuedBytes} bytes of inputs waiting at a time: it has ${use.inputBytes}, ` +
      `and this request would add ${inputBytes}.`
    );
  }
  return undefined;
}
