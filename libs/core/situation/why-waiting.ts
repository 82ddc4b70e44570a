import { describeProspect } from './capacity-outlook.js';
import { type Gate, describePause, isPaused } from '../endpoint/endpoint-gates.js';
import { type Endpoint, isServing } from '../endpoint/endpoint.js';
import { counted, duration, moment, sentences } from '../in-words.js';
import { type Invocation, hasExpired } from '../invocation/invocation.js';
import { type VariantSituation, hasRoom } from './variant-situation.js';

/** The situation of one invocation at one moment. */
export interface InvocationSituation {
  readonly now: number;
  readonly invocation: Invocation;
  /** Absent if the endpoint does not exist any more. */
  readonly endpoint?: Pick<Endpoint, 'name' | 'status' | 'failureReason' | 'gateChanges' | Gate>;
  /** The instance that runs it, if known. */
  readonly instanceId?: string;
  /** The endpoint's variants, any of which may take it. */
  readonly variants: readonly VariantSituation[];
}

/** Explains in plain sentences for an operator why an invocation waits, or what other state it is in. */
export function whyWaiting(situation: InvocationSituation): string {
  const { invocation, now } = situation;
  switch (invocation.state) {
    case 'Queued':
      return hasExpired(invocation, now) ? whyExpired(invocation) : whyQueued(situation);
    case 'Running':
      return whyRunning(situation);
    default: {
      const { failureReason, settledAt, state } = invocation;
      const at = settledAt === undefined ? '' : ` at ${moment(settledAt)}`;
      return sentences([`it was settled as ${state}${at}${failureReason ? `: ${failureReason}` : ''}`]);
    }
  }
}

function whyRunning({ instanceId, invocation, now }: InvocationSituation): string {
  const { attempt, leasedUntil, startedAt = now } = invocation;
  const on = instanceId === undefined ? '' : ` on instance ${instanceId}`;
  const again = attempt > 1 ? `, after ${counted(attempt - 1, 'attempt')} that broke off` : '';
  const isLost = leasedUntil !== undefined && leasedUntil < now;
  return sentences([
    `it is being run${on} since ${moment(startedAt)}, for ${duration(now - startedAt)} so far${again}`,
    isLost ? 'its worker does not answer any more: it goes back to the backlog' : undefined,
  ]);
}

function whyExpired({ expiresAt }: Invocation): string {
  const over = `which was over at ${moment(expiresAt)}`;
  return `It waited longer than its time to live, ${over}: it is settled as Expired.`;
}

function whyQueued({ endpoint, invocation, variants }: InvocationSituation): string {
  if (!endpoint) return 'Its endpoint does not exist any more: it is settled as Failed.';
  if (endpoint.status === 'Deleting') return 'Its endpoint is being deleted: it is settled as Failed.';
  if (!isServing(endpoint)) {
    return sentences([
      `its endpoint is ${endpoint.status}, and nothing runs there`,
      endpoint.failureReason && `the reason: ${endpoint.failureReason}`,
    ]);
  }
  const held = describeHeld(endpoint);
  if (held !== undefined) return sentences([`${held}; it waits until that is resumed`]);
  const interrupted = invocation.attempt > 0 ? 'its last attempt broke off, and it waits for another' : undefined;
  const several = variants.length > 1;
  return sentences([
    interrupted,
    ...variants.map((variant) => {
      const text = sentences([describeCapacity(variant), hasRoom(variant) ? undefined : describeProspect(variant)]);
      return several ? `variant ${variant.variantName}: ${text}` : text;
    }),
  ]);
}

function describeHeld(endpoint: Pick<Endpoint, 'gateChanges' | Gate>): string | undefined {
  return isPaused(endpoint, 'dispatch') ? `dispatch ${describePause(endpoint.gateChanges?.dispatch)}` : undefined;
}

function describeCapacity(variant: VariantSituation): string {
  const { backlog, inService, slots } = variant;
  if (hasRoom(variant)) return 'an instance has room for it, so it starts within moments';
  if (inService === 0) return 'there is no instance in service';
  if (slots === 0) return 'its instances may take none of the work now';
  if (variant.newShare !== undefined) {
    const share = `${Math.round(variant.newShare * 100)} %`;
    const busy = `the instances that may take it are busy (${counted(slots, 'slot')}), with ${backlog.queued} waiting in all`;
    return `${busy}; the endpoint is being updated, and ${share} of the work may go to new instances`;
  }
  const instances = inService === 1 ? 'the one instance is' : `all ${inService} instances are`;
  return `${instances} busy (${counted(slots, 'slot')}), with ${backlog.queued} waiting in all`;
}
