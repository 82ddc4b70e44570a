import { z } from 'zod';
import { GATES, type Gate } from '../../../core/endpoint/endpoint-gates.js';
import { type EndpointSituation, whyEndpoint } from '../../../core/situation/endpoint-situation.js';
import type { Endpoint } from '../../../core/endpoint/endpoint.js';
import { type ScalingPromise, maxKeepWarmFromTags, promiseFromTags } from '../../../core/scaling/promise.js';
import { iso, time } from '../fields.js';
import { formatVariant, variant } from './variant-document.js';

const count = z.int().min(0);
const gate = z.enum(['open', 'paused']);

/** Whether an endpoint takes invocations, and whether it runs them. */
export const gates = z
  .object({
    intake: gate.describe('Whether it takes new invocations.'),
    dispatch: gate.describe('Whether what waits gets to run.'),
    gateChanges: z
      .partialRecord(z.enum(GATES), z.object({ at: time, by: z.string() }))
      .describe('When each was last paused or resumed, and by whom.'),
  })
  .meta({ id: 'EndpointGates' });

const status = {
  name: z.string(),
  status: z.enum([
    'Creating',
    'InService',
    'Updating',
    'SystemUpdating',
    'RollingBack',
    'Deleting',
    'Failed',
    'OutOfService',
    'UpdateRollbackFailed',
  ]),
  failureReason: z.string().optional(),
  why: z.string().describe('Why it stands as it does, in plain sentences.'),
  ...gates.shape,
  backlog: z.object({
    queued: count,
    running: count,
    oldestAcceptedAt: time.optional().describe('Of what waits.'),
  }),
  instances: z.object({
    desired: count,
    starting: count,
    inService: count,
    draining: count,
    paused: count.describe('Kept warm without running.'),
  }),
  createdAt: time,
  modifiedAt: time,
};

/** An endpoint as listings show it. */
export const endpointSummary = z.object(status).meta({ id: 'EndpointSummary' });

/** An endpoint in full. */
export const endpointDocument = z
  .object({
    ...status,
    configName: z.string().describe('Of the endpoint config in use, as SageMaker has it.'),
    promise: z
      .union([z.object({ startWithinSeconds: z.number() }), z.object({ doneWithinSeconds: z.number() })])
      .describe('What holds where no scaling policy does.'),
    keepWarmSeconds: z.number().describe('How long an instance with nothing to do is kept at most.'),
    output: z
      .object({
        outputPath: z.string().optional(),
        failurePath: z.string().optional(),
        successTopic: z.string().optional(),
        errorTopic: z.string().optional(),
      })
      .describe('Where results go and who is told.'),
    variants: z.array(variant),
  })
  .meta({ id: 'Endpoint' });

/** The settings of an endpoint that states none of its own. */
export interface ScalingDefaults {
  readonly promise: ScalingPromise;
  readonly maxKeepWarmMs: number;
}

/** Formats an endpoint in full. */
export function formatEndpoint(
  situation: EndpointSituation,
  defaults: ScalingDefaults,
): z.input<typeof endpointDocument> {
  const { endpoint, variants } = situation;
  const { kind, withinMs } = promiseFromTags(endpoint.tags, defaults.promise);
  const { errorTopic, failurePath, outputPath, successTopic } = endpoint.asyncInference ?? {};
  return {
    ...formatEndpointSummary(situation),
    configName: endpoint.configName,
    promise: kind === 'done' ? { doneWithinSeconds: withinMs / 1000 } : { startWithinSeconds: withinMs / 1000 },
    keepWarmSeconds: maxKeepWarmFromTags(endpoint.tags, defaults.maxKeepWarmMs) / 1000,
    output: { outputPath, failurePath, successTopic, errorTopic },
    variants: variants.map(formatVariant),
  };
}

/** Formats an endpoint for a list. */
export function formatEndpointSummary(situation: EndpointSituation): z.input<typeof endpointSummary> {
  const { backlog, endpoint, instances, variants } = situation;
  return {
    name: endpoint.name,
    status: endpoint.status,
    failureReason: endpoint.failureReason,
    why: whyEndpoint(situation),
    ...formatGates(endpoint),
    backlog: { queued: backlog.queued, running: backlog.running, oldestAcceptedAt: iso(backlog.oldestAcceptedAt) },
    instances: {
      desired: endpoint.variants.reduce((sum, { desiredInstanceCount }) => sum + desiredInstanceCount, 0),
      starting: instances.starting,
      inService: instances.inService,
      draining: instances.draining,
      paused: variants.reduce((sum, each) => sum + each.situation.paused.length, 0),
    },
    createdAt: iso(endpoint.createdAt),
    modifiedAt: iso(endpoint.modifiedAt),
  };
}

/** Formats the gates of an endpoint. */
export function formatGates({ dispatch, gateChanges = {}, intake }: Pick<Endpoint, 'gateChanges' | Gate>) {
  const changes = GATES.flatMap((name) => {
    const change = gateChanges[name];
    return change ? [[name, { at: iso(change.at), by: change.by }] as const] : [];
  });
  return { intake: intake ?? 'open', dispatch: dispatch ?? 'open', gateChanges: Object.fromEntries(changes) };
}
