import { z } from 'zod';
import type { ScalingActivity } from '../../../core/scaling/scaling-activity.js';
import type { NotScaledCode } from '../../../core/scaling/scaling-answer.js';
import { iso, time } from '../fields.js';

const count = z.int().min(0);

/** Lists every code once; its type ensures that no code is missing. */
const NOT_SCALED: Readonly<Record<NotScaledCode, true>> = {
  AlreadyAtMaxCapacity: true,
  AlreadyAtMinCapacity: true,
  AlreadyAtDesiredCapacity: true,
  AutoScalingAnticipatedFlapping: true,
  TargetServicePutResourceAsUnscalable: true,
  CoolingDown: true,
  ScalingSuspended: true,
  InstancesBusy: true,
  LaunchesFailing: true,
  DispatchPaused: true,
};
const NOT_SCALED_CODES = Object.keys(NOT_SCALED) as NotScaledCode[];

/** One scaling decision. */
export const activity = z
  .object({
    id: z.string(),
    variant: z.string(),
    at: time,
    from: count,
    to: count.describe('The same as `from` where something was asked for and refused.'),
    cause: z.string().describe('Why, with the numbers that led to it.'),
    answers: z
      .array(z.object({ by: z.string(), wants: z.int().optional(), because: z.string() }))
      .describe('What each policy, or rule of Ebb, said.'),
    notScaledReasons: z.array(
      z.object({
        code: z.enum(NOT_SCALED_CODES),
        currentCapacity: count,
        minCapacity: count.optional(),
        maxCapacity: count.optional(),
      }),
    ),
    inputs: z.looseObject({}).describe('All that the decision looked at; times in milliseconds since the epoch.'),
    status: z.enum(['Pending', 'InProgress', 'Successful', 'Overridden', 'Unfulfilled', 'Failed']),
    statusMessage: z.string().optional(),
    endedAt: time.optional(),
    lastAt: time.optional().describe('Of a refusal: when the same was last refused.'),
    times: count.optional().describe('Of a refusal: how often the same was refused by then.'),
  })
  .meta({ id: 'ScalingActivity' });

/** Formats one scaling decision. */
export function formatActivity(record: ScalingActivity): z.input<typeof activity> {
  const { answers, cause, endedAt, from, id, lastAt, notScaledReasons, startedAt, status, statusMessage, times, to } =
    record;
  return {
    id,
    variant: record.variantName,
    at: iso(startedAt),
    from,
    to,
    cause,
    answers: [...answers],
    notScaledReasons: [...notScaledReasons],
    inputs: { ...record.observation },
    status,
    statusMessage,
    endedAt: iso(endedAt),
    lastAt: iso(lastAt),
    times,
  };
}
