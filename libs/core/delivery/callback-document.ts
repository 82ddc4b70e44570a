import type { Invocation, SettledState } from '../invocation/invocation.js';
import type { Message } from './delivery.js';

/** The type of a callback's document for each state in which an invocation is settled. */
const TYPES: Readonly<Record<SettledState, string>> = {
  Completed: 'invocation.completed',
  Failed: 'invocation.failed',
  Expired: 'invocation.expired',
  Cancelled: 'invocation.cancelled',
};

/** The output of a completed invocation, as its callback carries it. */
export interface CallbackOutput {
  /** The output itself, if it is small enough. */
  readonly output?: {
    readonly contentType?: string;
    readonly encoding: 'utf-8' | 'base64';
    readonly content: string;
  };
  /** The URL at which the output is available for some days. */
  readonly outputUrl?: string;
}

/**
 * Returns the document that is posted to an invocation's callback URL when it is settled. It has the form that Standard
 * Webhooks recommends: `type`, `timestamp` and `data`.
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

/** Returns the id of the delivery of an invocation's callback, which is the `webhook-id` of every attempt. */
export function callbackId({ id }: Pick<Invocation, 'id'>): string {
  return `cb_${id}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
