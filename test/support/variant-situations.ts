import type { LaunchFailures } from '../../libs/core/instance/crash-loop.js';
import type { InstanceStart } from '../../libs/core/instance/start-phase.js';
import { NOT_SUSPENDED, NO_COOLDOWNS } from '../../libs/core/scaling/scalable-target.js';
import type { VariantSituation } from '../../libs/core/situation/variant-situation.js';

/** The moment of all situations. */
export const NOW = Date.UTC(2026, 0, 1, 12);

/** None to three instances. */
export const BOUNDS: VariantSituation['bounds'] = {
  minimum: 0,
  maximum: 3,
  source: 'scalable target',
  suspended: NOT_SUSPENDED,
};

/** A variant with five invocations that wait and no instance. */
export function variant(of: Partial<VariantSituation> = {}): VariantSituation {
  return {
    now: NOW,
    variantName: 'AllTraffic',
    backlog: { queued: 5, running: 0, oldestAcceptedAt: NOW - 9_000 },
    bounds: BOUNDS,
    cooldowns: NO_COOLDOWNS,
    inService: 0,
    busy: 0,
    draining: 0,
    paused: [],
    slots: 0,
    takenSlots: 0,
    starts: [],
    usualPhasesMs: {},
    policies: [],
    maxKeepWarmMs: 300_000,
    ...of,
  };
}

/** Three instances without a free slot. */
export const BUSY = { inService: 3, busy: 3, slots: 6, takenSlots: 6 };

/** An instance that has been in a phase of its start for a while. */
export const start = (phase: InstanceStart['phase'], forMs: number): InstanceStart => ({
  instanceId: phase,
  launchedAt: NOW - 10_000,
  phase,
  phaseSince: NOW - forMs,
});

/** Four launches that failed in a row. */
export const failures: LaunchFailures = {
  count: 4,
  faults: 4,
  since: NOW - 15_000,
  lastAt: NOW,
  lastLaunchedAt: NOW - 1_000,
  lastReason: 'The container ended with exit code 1.',
  lastEnd: 'crashed',
  permanent: false,
};

/** The sentence about `failures`. */
export const FAILED =
  '4 launches in a row have failed since 2026-01-01T11:59:45Z, the last with: The container ended with exit ' +
  'code 1. One instance is tried again from 2026-01-01T12:00:08Z on.';

/** Two policies whose alarms ask for nothing. */
export const policies: VariantSituation['policies'] = [
  { policyName: 'track', alarms: [{ alarmName: 'High', state: 'OK' }] },
  { policyName: 'step', alarms: [{ alarmName: 'No capacity', state: 'INSUFFICIENT_DATA' }] },
];

/** A gate that was paused a minute ago. */
export const PAUSE = { at: NOW - 60_000, by: 'an operator' };
