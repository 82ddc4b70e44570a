import type { Invocation, SettledState } from '../invocation/invocation.js';
import type { Message } from './delivery.js';

/** What happened, as receivers tell callbacks apart. */
const TYPES: Readonly<Record<SettledState, string>> = {
  Completed: 'invocation.completed',
  Failed: 'invocation.failed',
  Expired: 'invocation.expired',
  Cancelled: 'invocation.cancelled',
};

/** What goes along with the news that an invocation has completed. */
export interface CallbackOutput {
  /** The output itself, where it is small enough. */
  readonly output?: {
    readonly contentType?: string;
    readonly encoding: 'utf-8' | 'base64';
    readonly content: string;
  };
  /** Where it is to be had, for some days. */
  readonly outputUrl?: string;
}

/**
 * The document that is posted to an invocation's callback URL when it is settled, in the form that Standard Webhooks
 * recommend: `type`, `timestamp` and `data`.
 */
export function callbackMessage(invocation: Invocation, output: CallbackOutput): Message {
  const { acceptedAt, settledAt = acceptedAt, startedAt, state } = invocation;
  const completed = state === 'Completed';
  const data = {
    id: invocation.id,
    inferenceId: invocation.inferenceId,
    endpointName: invocation.endpointName,
    state,
    labels: invocation.labels ?? {},
    acceptedAt: iso(acceptedAt),
    startedAt: startedAt === undefined ? undefined : iso(startedAt),
    settledAt: iso(settledAt),
    inputLocation: invocation.inputLocation,
    redriveOf: invocation.redriveOf,
  };
  const { failureKind: errorClass, failureLocation, failureReason, outputLocation } = invocation;
  const result = completed ? { outputLocation, ...output } : { failureReason, errorClass, failureLocation };
  return {
    body: JSON.stringify({
      type: TYPES[state as SettledState],
      timestamp: iso(settledAt),
      data: { ...data, ...result },
    }),
  };
}

/** The id of the delivery that tells of an invocation's end: the `webhook-id`, over all attempts. */
export function callbackId({ id }: Pick<Invocation, 'id'>): string {
  return `cb_${id}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
