import { type GateChange, describePause } from '../endpoint/endpoint-gates.js';
import { counted, duration, listed, moment, sentences } from '../in-words.js';
import { describeFailures, isCrashLooping } from '../instance/crash-loop.js';
import type { NotScaledCode } from '../scaling/scaling-answer.js';
import { describeOutlook, describeProspect, describeStarts } from './capacity-outlook.js';
import { type VariantSituation, hasRoom, instanceCount } from './variant-situation.js';

/** Explains in plain sentences for an operator why a variant has the instances that it has. */
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
  // The outlook may repeat the crash loop, or a maximum of zero.
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

function describeHolding(change: GateChange, queued: number): string {
  const held = queued > 0 ? `, so nothing is launched for the ${queued} that wait` : '';
  return `dispatch ${describePause(change)}${held}`;
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
    if (dispatchPaused) return 'new invocations do not wake it until dispatch is resumed';
    return bounds.maximum === 0 ? describeOutlook(variant) : 'the next invocation wakes it';
  }
  if (count <= bounds.minimum) {
    const limit = bounds.source === 'desired instance count' ? 'the count that was set' : 'its minimum';
    return `it always keeps ${counted(bounds.minimum, 'instance')}: that is ${limit}`;
  }
  if (bounds.suspended.dynamicScalingIn) return 'scaling in is suspended, so it keeps them';
  if (policies.length > 0) return `it goes down to ${bounds.minimum} when the alarms of its policies ask for less`;
  return `it goes down to ${bounds.minimum} when they have been idle, for ${duration(maxKeepWarmMs)} at most`;
}
