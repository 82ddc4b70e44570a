import { describeOutlook, describeStarts } from './capacity-outlook.js';
import { describeFailures, isCrashLooping } from '../instance/crash-loop.js';
import { type Gate, type GateChange, isPaused } from '../endpoint/endpoint-gates.js';
import { type Endpoint, isServing } from '../endpoint/endpoint.js';
import { counted, duration, listed, moment, sentences } from '../in-words.js';
import { type Invocation, hasExpired } from '../invocation/invocation.js';
import type { NotScaledCode } from '../scaling/scaling-answer.js';
import { type VariantSituation, instanceCount } from './variant-situation.js';

/** Where one invocation stands at one moment. */
export interface InvocationSituation {
  readonly now: number;
  readonly invocation: Invocation;
  /** Absent where it does not exist any more. */
  readonly endpoint?: Pick<Endpoint, 'name' | 'status' | 'failureReason' | 'gateChanges' | Gate>;
  /** The instance that runs it, where that is known. */
  readonly instanceId?: string;
  /** The endpoint's variants, any of which may take it. */
  readonly variants: readonly VariantSituation[];
}

/** Why an invocation waits, or what else is the matter with it, in plain sentences for an operator. */
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
    isLost ? 'whoever ran it does not answer any more: it goes back to the backlog' : undefined,
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

function describeHolding(change: GateChange, queued: number): string {
  const held = queued > 0 ? `, so nothing is launched for the ${queued} that wait` : '';
  return `dispatch ${describePause(change)}${held}`;
}

/** `is paused by an operator since …`, naming whoever it was. */
export function describePause(change: GateChange | undefined): string {
  return change ? `is paused by ${change.by} since ${moment(change.at)}` : 'is paused by an operator';
}

/** While it is updated, its capacity is the update's and no policy's. */
function describeProspect(variant: VariantSituation): string | undefined {
  const { failures, newShare } = variant;
  if (newShare === undefined) return describeOutlook(variant);
  return describeStarts(variant) ?? (failures && describeFailures(failures));
}

function hasRoom({ slots, takenSlots }: VariantSituation): boolean {
  return takenSlots < slots;
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

/** Why a variant has as many instances as it has, in plain sentences for an operator. */
export function whyInstances(variant: VariantSituation): string {
  const { backlog, dispatchPaused, failures, starts } = variant;
  const isWaiting = backlog.queued > 0 && !hasRoom(variant) && !dispatchPaused;
  const told = [
    describeCount(variant),
    dispatchPaused && describeHolding(dispatchPaused, backlog.queued),
    describeMembers(variant),
    isWaiting && starts.length === 0 ? describeProspect(variant) : undefined,
    isCrashLooping(failures) ? describeFailures(failures) : undefined,
    describeRefusal(variant),
    describeEnd(variant),
  ];
  // The outlook may be the crash loop, or a maximum of zero, again.
  return sentences([...new Set(told)]);
}

function describeCount(variant: VariantSituation): string {
  const { lastChange, now } = variant;
  const count = instanceCount(variant);
  const has = `it has ${count === 0 ? 'no instances' : counted(count, 'instance')}`;
  if (!lastChange) return `${has}, and nothing has changed that yet`;
  const { cause, from, startedAt, to } = lastChange;
  const ago = `${duration(now - startedAt)} ago`;
  return to === count
    ? `${has} because ${cause} (${ago})`
    : `${has}; ${ago} it was scaled from ${from} to ${to} because ${cause}`;
}

function describeMembers(variant: VariantSituation): string | undefined {
  const { busy, draining, inService, paused } = variant;
  const idle = inService - busy;
  const parts = [
    ...(busy > 0 ? [`${busy} ${busy === 1 ? 'is' : 'are'} busy`] : []),
    ...(idle > 0 ? [`${idle} ${idle === 1 ? 'is' : 'are'} idle`] : []),
    ...(describeStarts(variant) ? [describeStarts(variant)!] : []),
    ...(draining > 0
      ? [`${draining} more ${draining === 1 ? 'finishes its' : 'finish their'} work and will be gone`]
      : []),
    ...(paused.length > 0 ? [describePaused(paused)] : []),
  ];
  return parts.length === 0 ? undefined : listed(parts);
}

function describePaused(paused: VariantSituation['paused']): string {
  const last = Math.max(...paused.map(({ until }) => until));
  const end = paused.length === 1 ? `until ${moment(last)}` : `the last of them until ${moment(last)}`;
  return `${paused.length} more ${paused.length === 1 ? 'is' : 'are'} paused, ready within milliseconds, ${end}`;
}

const REFUSED: Readonly<Record<NotScaledCode, string>> = {
  AlreadyAtMaxCapacity: 'it is at its maximum capacity',
  AlreadyAtMinCapacity: 'it is at its minimum capacity',
  AlreadyAtDesiredCapacity: 'it has the capacity that was asked for, or its policies do not agree',
  AutoScalingAnticipatedFlapping: 'with fewer it would soon need more again',
  TargetServicePutResourceAsUnscalable: 'it cannot be scaled',
  CoolingDown: 'the cooldown of an earlier change is not over',
  ScalingSuspended: 'scaling is suspended',
  InstancesBusy: 'its instances are busy or starting',
  LaunchesFailing: 'its launches fail',
  DispatchPaused: 'dispatch is paused',
};

function describeRefusal({ lastRefusal, now }: VariantSituation): string | undefined {
  if (!lastRefusal || lastRefusal.notScaledReasons.length === 0) return undefined;
  const { lastAt, notScaledReasons, startedAt } = lastRefusal;
  const why = listed(notScaledReasons.map(({ code }) => REFUSED[code]));
  return `a change was last asked for ${duration(now - (lastAt ?? startedAt))} ago and refused: ${why}`;
}

function describeEnd(variant: VariantSituation): string {
  const { bounds, dispatchPaused, maxKeepWarmMs, policies } = variant;
  const count = instanceCount(variant);
  if (count === 0) {
    if (dispatchPaused) return 'nothing that comes wakes it before dispatch is resumed';
    return bounds.maximum === 0 ? describeOutlook(variant) : 'an invocation that comes wakes it';
  }
  if (count <= bounds.minimum) {
    const limit = bounds.source === 'desired instance count' ? 'the count that was set' : 'its minimum';
    return `it keeps ${counted(bounds.minimum, 'instance')} whatever comes: that is ${limit}`;
  }
  if (bounds.suspended.dynamicScalingIn) return 'scaling in is suspended, so it keeps them';
  if (policies.length > 0) return `it goes down to ${bounds.minimum} when the alarms of its policies ask for less`;
  return `it goes down to ${bounds.minimum} when they have been idle, for ${duration(maxKeepWarmMs)} at most`;
}
