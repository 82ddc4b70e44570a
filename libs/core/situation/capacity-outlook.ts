import { describeFailures } from '../instance/crash-loop.js';
import { counted, duration, listed, moment } from '../in-words.js';
import { type InstanceStart, START_PHASES, type StartPhase } from '../instance/start-phase.js';
import { isCoolingDown } from '../scaling/scalable-target.js';
import { type VariantSituation, instanceCount } from './variant-situation.js';

const DOING: Readonly<Record<StartPhase, string>> = {
  queued: 'waiting for its turn to be launched',
  pull: 'pulling its image',
  download: 'downloading its model',
  unpack: 'unpacking its model',
  boot: 'booting',
  ping: 'waiting for its first good ping',
};

/**
 * Describes the starting instances, `2 instances are starting (the furthest booting for 3 s, usually 5 s)`; absent if
 * there are none.
 */
export function describeStarts({ now, starts, usualPhasesMs }: VariantSituation): string | undefined {
  const [first, ...others] = starts;
  if (!first) return undefined;
  const { phase, phaseSince } = others.reduce(
    (furthest, start) => (isFurther(start, furthest) ? start : furthest),
    first,
  );
  const usualMs = usualPhasesMs[phase];
  const usually = usualMs === undefined ? '' : `, usually ${duration(usualMs)}`;
  const which = others.length === 0 ? '' : 'the furthest ';
  const verb = others.length === 0 ? 'is' : 'are';
  const doing = `${which}${DOING[phase]} for ${duration(now - phaseSince)}${usually}`;
  return `${counted(starts.length, 'instance')} ${verb} starting (${doing})`;
}

function isFurther(start: InstanceStart, than: InstanceStart): boolean {
  const by = START_PHASES.indexOf(start.phase) - START_PHASES.indexOf(than.phase);
  return by > 0 || (by === 0 && start.phaseSince < than.phaseSince);
}

/**
 * Describes what a variant with waiting work will get: the instances on their way, or else the reason why it gets no
 * more.
 */
export function describeOutlook(situation: VariantSituation): string {
  const { bounds, failures, inService, policies } = situation;
  const starts = describeStarts(situation);
  const failing = failures && describeFailures(failures);
  if (starts) return failing ? `${starts}; before that, ${failing}` : starts;
  if (bounds.maximum === 0) return `${limitName(situation)} is 0, so it gets no instance until that is raised`;
  if (inService >= bounds.maximum) return `it may not have more: ${limitName(situation)} is ${bounds.maximum}`;
  if (failing) return failing;
  if (bounds.suspended.dynamicScalingOut) return 'scaling out is suspended, so Ebb adds none on its own';
  const held = policies.length > 0 ? describePolicies(situation) : undefined;
  if (held) return held;
  if (instanceCount(situation) === 0) return 'an instance is about to be launched';
  return 'no more instances are asked for, because the present ones should do the work in time';
}

function limitName({ bounds }: VariantSituation): string {
  return bounds.source === 'desired instance count' ? 'the instance count that was set' : 'its maximum capacity';
}

function describePolicies({ cooldowns, now, policies }: VariantSituation): string | undefined {
  const { out } = cooldowns;
  if (out && isCoolingDown(out, now)) {
    const until = out.completedAt === undefined ? undefined : out.completedAt + out.cooldownMs;
    const name = `the cooldown of policy ${out.policyName} after its change from ${out.from} to ${out.to}`;
    return until === undefined
      ? `${name} begins when that change is complete`
      : `${name} lasts until ${moment(until)}, in ${duration(until - now)}`;
  }
  const alarms = policies.flatMap((policy) => policy.alarms.map((alarm) => ({ ...alarm, ...policy })));
  if (alarms.length === 0) return 'its policies cannot ask for more: no alarm triggers them';
  const states = alarms.map(({ alarmName, policyName, state }) => `alarm ${alarmName} of ${policyName} is ${state}`);
  return `its policies have not asked for more yet: ${listed(states)}`;
}

/**
 * Describes what a variant with waiting work will get. During an update, the update sets its capacity, and policies do
 * not.
 */
export function describeProspect(variant: VariantSituation): string | undefined {
  const { failures, newShare } = variant;
  if (newShare === undefined) return describeOutlook(variant);
  return describeStarts(variant) ?? (failures && describeFailures(failures));
}
