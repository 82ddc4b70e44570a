import { z } from 'zod';
import { activity } from './activity-document.js';
import { endpointName, flag, pageOf, paging, several, time, timeParameter, wholeNumber } from '../fields.js';
import { METRIC_NAMES, series } from './metric-document.js';
import { route } from '../route.js';

const MAX_METRICS = METRIC_NAMES.length;
const MAX_PERIOD_SECONDS = 86_400;

const byName = z.object({ name: endpointName });
const variant = z
  .string()
  .min(1, 'must not be empty')
  .max(63, 'must have at most 63 characters')
  .optional()
  .describe('Of this variant only.');

export const LIST_ACTIVITIES = route({
  id: 'listActivities',
  method: 'GET',
  path: '/v1/endpoints/{name}/activities',
  chapter: 'Endpoints',
  summary: 'What was decided about its instances, and why',
  description: 'Changes, and refusals of changes that something asked for; they are kept for six weeks.',
  access: 'read',
  parameters: byName,
  query: z.strictObject({
    variant,
    notScaled: flag.optional().describe('`false` leaves out those that changed nothing.'),
    ...paging,
  }),
  answers: {
    200: { description: 'A page of decisions, newest first.', content: { 'application/json': pageOf(activity) } },
  },
  errors: ['EndpointNotFound', 'InvalidNextToken'],
});

export const GET_METRICS = route({
  id: 'getMetrics',
  method: 'GET',
  path: '/v1/endpoints/{name}/metrics',
  chapter: 'Endpoints',
  summary: 'What was measured of it',
  description:
    "By CloudWatch's names and units. Minutes are kept for fifteen days, seconds for half an hour; periods without a value " +
    'are left out.',
  access: 'read',
  parameters: byName,
  query: z.strictObject({
    metric: several(z.enum(METRIC_NAMES, { error: `must be one of ${METRIC_NAMES.join(', ')}` }), MAX_METRICS)
      .optional()
      .describe('May be given several times; the gauges of the backlog unless told.'),
    variant,
    from: timeParameter.optional().describe('An hour before `to` unless told.'),
    to: timeParameter.optional().describe('Now unless told.'),
    periodSeconds: wholeNumber(1, MAX_PERIOD_SECONDS)
      .meta({ anyOf: [{ enum: [1, 5, 10, 20, 30] }, { multipleOf: 60 }] })
      .optional()
      .describe('1, 5, 10, 20, 30 or a multiple of 60; 60 unless told.'),
  }),
  answers: {
    200: {
      description: 'A series for each metric, and for each variant where it is measured of variants.',
      content: {
        'application/json': z.object({
          from: time,
          to: time,
          periodSeconds: z.int(),
          series: z.array(series),
        }),
      },
    },
  },
  errors: ['EndpointNotFound'],
});
