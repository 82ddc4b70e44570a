import { z } from 'zod';
import { START_PHASES } from '../../../core/instance/start-phase.js';
import { type VariantStatus, usualPhases } from '../../../core/situation/variant-situation.js';
import { whyInstances } from '../../../core/situation/why-instances.js';
import { iso, time } from '../fields.js';
import { activity, formatActivity } from '../scaling/activity-document.js';

const count = z.int().min(0);
const phase = z.enum(START_PHASES);

/** One variant of an endpoint. */
export const variant = z
  .object({
    name: z.string(),
    why: z.string().describe('Why it has as many instances as it has.'),
    image: z.string(),
    instanceType: z.string().optional(),
    concurrency: count.describe('How many invocations one instance runs at once.'),
    instances: z.object({
      desired: count,
      minimum: count,
      maximum: count,
      starting: count,
      inService: count,
      busy: count,
      draining: count,
      paused: count,
    }),
    paused: z.array(z.object({ instanceId: z.string(), until: time })),
    starts: z
      .array(z.object({ instanceId: z.string(), launchedAt: time, phase, phaseSince: time }))
      .describe('Those on their way into service, and how far they are.'),
    startPhases: z
      .array(z.object({ phase, medianMs: z.number(), p95Ms: z.number() }))
      .describe('How long each phase of a start takes.'),
    launchFailures: z
      .object({
        count: z.int().min(1).describe('In a row.'),
        since: time,
        lastAt: time,
        lastReason: z.string(),
        lastEnd: z.enum(['stopped', 'never-healthy', 'crashed', 'out-of-memory', 'sick']),
      })
      .optional()
      .describe('Since the last launch that proved itself.'),
    decisions: z.array(activity).describe('The last ones, newest first.'),
  })
  .meta({ id: 'Variant' });

/** Formats one variant. */
export function formatVariant(status: VariantStatus): z.input<typeof variant> {
  const { decisions, history, situation } = status;
  const { bounds, busy, draining, failures, inService, paused, starts } = situation;
  const { container, desiredInstanceCount, instanceType, name, slots } = status.variant;
  return {
    name,
    why: whyInstances(situation),
    image: container.image,
    instanceType,
    concurrency: slots,
    instances: {
      desired: desiredInstanceCount,
      minimum: bounds.minimum,
      maximum: bounds.maximum,
      starting: starts.length,
      inService,
      busy,
      draining,
      paused: paused.length,
    },
    paused: paused.map(({ instanceId, until }) => ({ instanceId, until: iso(until) })),
    starts: starts.map(({ instanceId, launchedAt, phase: now, phaseSince }) => ({
      instanceId,
      launchedAt: iso(launchedAt),
      phase: now,
      phaseSince: iso(phaseSince),
    })),
    startPhases: formatStartPhases(history),
    launchFailures: failures && {
      count: failures.count,
      since: iso(failures.since),
      lastAt: iso(failures.lastAt),
      lastReason: failures.lastReason,
      lastEnd: failures.lastEnd,
    },
    decisions: decisions.map(formatActivity),
  };
}

function formatStartPhases(history: VariantStatus['history']): z.input<typeof variant>['startPhases'] {
  const [medians, high] = [usualPhases(history, 0.5), usualPhases(history, 0.95)];
  return START_PHASES.flatMap((each) => {
    const [medianMs, p95Ms] = [medians[each], high[each]];
    return medianMs === undefined || p95Ms === undefined ? [] : [{ phase: each, medianMs, p95Ms }];
  });
}
