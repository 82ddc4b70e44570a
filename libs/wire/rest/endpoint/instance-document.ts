import { z } from 'zod';
import type { InstanceDetail } from '../../../core/instance/instance.js';
import { START_PHASES } from '../../../core/instance/start-phase.js';
import { iso, time } from '../fields.js';

const count = z.int().min(0);
const phase = z.enum(START_PHASES);

/** One instance. */
export const instance = z
  .object({
    id: z.string(),
    variant: z.string(),
    state: z.enum(['Starting', 'InService', 'Paused', 'Draining', 'Gone']),
    since: time.describe('Since when it is in this state.'),
    launchedAt: time,
    concurrency: count.describe('How many invocations it runs at once.'),
    running: z.array(z.object({ invocationId: z.string(), since: time })),
    phase: phase.optional().describe('Of its start, while it is starting.'),
    phases: z.array(z.object({ phase, ms: z.number() })).describe('How long each phase of its start has taken.'),
    idleSince: time.optional(),
    pausedUntil: time.optional().describe('When it is ended unless it is needed before.'),
  })
  .meta({ id: 'Instance' });

/** Formats one instance. */
export function formatInstance(detail: InstanceDetail): z.input<typeof instance> {
  const { id, idleSince, launchedAt, pausedUntil, phasesMs, running, slots, state, stateSince, variantName } = detail;
  return {
    id,
    variant: variantName,
    state,
    since: iso(stateSince),
    launchedAt: iso(launchedAt),
    concurrency: slots,
    running: running.map(({ invocationId, since }) => ({ invocationId, since: iso(since) })),
    phase: detail.phase,
    phases: START_PHASES.flatMap((each) => {
      const ms = phasesMs[each];
      return ms === undefined ? [] : [{ phase: each, ms }];
    }),
    idleSince: state === 'InService' ? iso(idleSince) : undefined,
    pausedUntil: iso(pausedUntil),
  };
}
