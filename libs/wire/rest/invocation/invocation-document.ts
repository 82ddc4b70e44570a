import { z } from 'zod';
import { type AttemptRecord, FAILURE_KINDS } from '../../../core/invocation/attempt.js';
import { INVOCATION_STATES, type Invocation, isSettled } from '../../../core/invocation/invocation.js';
import type { NumberedReport } from '../../../core/invocation/progress.js';
import { PRIORITIES } from '../../../core/invocation/submission.js';
import { type TimelineSpan, timelineOf } from '../../../core/invocation/timeline.js';
import { type InvocationSituation, whyWaiting } from '../../../core/situation/why-waiting.js';
import { iso, time } from '../fields.js';

/** A container's last lines may come after its answer. */
const LATE_LINES_MS = 1_000;

const state = z.enum(INVOCATION_STATES);

const span = z
  .object({
    state,
    from: time,
    until: time.optional().describe('Absent while it lasts.'),
    waitedFor: z.string().optional().describe('What it waited for, in words.'),
    attempt: z.int().optional(),
    instanceId: z.string().optional(),
    ended: z.string().optional().describe('How the attempt ended.'),
  })
  .meta({ id: 'TimelineSpan' });

const attempt = z
  .object({
    number: z.int(),
    instanceId: z.string(),
    variantName: z.string().optional(),
    startedAt: time.optional(),
    endedAt: time.optional().describe('Absent while it runs.'),
    ended: z.string().optional().describe('How it ended: `succeeded`, a class of errors, `worker-stopped` or `lost`.'),
    status: z.int().optional().describe('What the container answered, where that was an error.'),
    reason: z.string().optional(),
    logsUrl: z.string().describe('What its instance has printed from its start until a second after its end.'),
  })
  .meta({ id: 'Attempt' });

/** An invocation in a list. */
export const invocationSummary = z
  .object({
    id: z.string(),
    inferenceId: z.string().describe('The label that its caller gave it, or its id.'),
    endpointName: z.string(),
    state,
    priority: z.enum(PRIORITIES),
    labels: z.record(z.string(), z.string()),
    acceptedAt: time,
    expiresAt: time.describe('When it is given up if it has not started.'),
    timeoutSeconds: z.number().describe('How long the model may take.'),
    startedAt: time.optional().describe('When its last attempt began.'),
    settledAt: time.optional(),
    failureReason: z.string().optional(),
    errorClass: z.enum(FAILURE_KINDS).optional(),
    contentType: z.string().optional().describe('Of the input.'),
    responseContentType: z.string().optional(),
    inputLocation: z.string(),
    outputLocation: z.string(),
    failureLocation: z.string().optional(),
    callbackUrl: z.string().optional(),
    submittedBy: z.string().optional().describe('The id of the access key.'),
    redriveOf: z.string().optional().describe('The invocation that this one runs again.'),
    redrivenAs: z.string().optional().describe('The invocation that runs this one again.'),
    url: z.string(),
  })
  .meta({ id: 'InvocationSummary' });

/** An invocation as it stands. */
export const invocationDocument = invocationSummary
  .extend({
    why: z.string().describe('Why it waits, or what else is the matter with it, in words.'),
    position: z.int().optional().describe('How many are before it in the queue; 10000 stands for that and more.'),
    progress: z
      .object({ at: time, progress: z.number().optional(), message: z.string().optional() })
      .optional()
      .describe('What its container told last, while that is remembered.'),
    timeline: z.array(span),
    attempts: z.array(attempt),
    outputUrl: z.string().optional().describe('Where the output is to be had.'),
    inputUrl: z.string(),
    failureUrl: z.string().optional().describe("Where the model's own words about its failure are to be had."),
    eventsUrl: z.string(),
    deliveriesUrl: z.string(),
  })
  .meta({ id: 'Invocation' });

/** Formats an invocation for a list. */
export function formatInvocationSummary(invocation: Invocation): z.input<typeof invocationSummary> {
  const { acceptedAt, expiresAt, failureKind, labels = {}, priority = 'normal', timeoutMs } = invocation;
  return {
    id: invocation.id,
    inferenceId: invocation.inferenceId,
    endpointName: invocation.endpointName,
    state: invocation.state,
    priority,
    labels: { ...labels },
    acceptedAt: iso(acceptedAt),
    expiresAt: iso(expiresAt),
    timeoutSeconds: timeoutMs / 1000,
    startedAt: iso(invocation.startedAt),
    settledAt: iso(invocation.settledAt),
    failureReason: invocation.failureReason,
    errorClass: failureKind,
    contentType: invocation.contentType,
    responseContentType: invocation.responseContentType,
    inputLocation: invocation.inputLocation,
    outputLocation: invocation.outputLocation,
    failureLocation: invocation.failureLocation,
    callbackUrl: invocation.callbackUrl,
    submittedBy: invocation.submittedBy,
    redriveOf: invocation.redriveOf,
    redrivenAs: invocation.redrivenAs,
    url: urlOf(invocation),
  };
}

/** Formats an invocation. `position` is its place in the queue while it is queued. */
export function formatInvocation(
  situation: InvocationSituation,
  position: number | undefined,
  reports: readonly NumberedReport[] = [],
): z.input<typeof invocationDocument> {
  const { invocation } = situation;
  const url = urlOf(invocation);
  const hasFailed = isSettled(invocation.state) && invocation.state !== 'Completed';
  return {
    ...formatInvocationSummary(invocation),
    why: whyWaiting(situation),
    position,
    progress: lastProgress(reports),
    timeline: timelineOf(invocation).map(formatSpan),
    attempts: attemptsOf(invocation),
    outputUrl: invocation.state === 'Completed' ? `${url}/output` : undefined,
    inputUrl: `${url}/input`,
    failureUrl: hasFailed && invocation.failureLocation !== undefined ? `${url}/failure` : undefined,
    eventsUrl: `${url}/events`,
    deliveriesUrl: `${url}/deliveries`,
  };
}

function lastProgress(reports: readonly NumberedReport[]) {
  const last = reports.findLast(({ report }) => report.kind === 'progress');
  if (last?.report.kind !== 'progress') return undefined;
  const { message, progress } = last.report;
  return { at: iso(last.at), progress, message };
}

/** Returns the address of an invocation. */
export function urlOf({ id }: Pick<Invocation, 'id'>): string {
  return `/v1/invocations/${encodeURIComponent(id)}`;
}

function formatSpan({ from, until, state: inState, ...rest }: TimelineSpan) {
  return { state: inState, from: iso(from), until: iso(until), ...rest };
}

function attemptsOf(invocation: Invocation): z.input<typeof attempt>[] {
  const { attempt: number, endpointName, instanceId, pastAttempts = [], startedAt, variantName } = invocation;
  const past = pastAttempts.map((record) => formatAttempt(endpointName, record));
  if (instanceId === undefined) return past;
  return [...past, formatAttempt(endpointName, { number, instanceId, variantName, startedAt })];
}

type SomeAttempt = Omit<AttemptRecord, 'endedAt' | 'kind'> & Partial<Pick<AttemptRecord, 'endedAt' | 'kind'>>;

function formatAttempt(endpointName: string, record: SomeAttempt): z.input<typeof attempt> {
  const { endedAt, instanceId, kind, number, reason, startedAt, status, variantName } = record;
  const query = new URLSearchParams({
    instance: instanceId,
    ...(startedAt !== undefined && { from: iso(startedAt) }),
    ...(endedAt !== undefined && { to: iso(endedAt + LATE_LINES_MS) }),
  });
  return {
    number,
    instanceId,
    variantName,
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
    ended: kind,
    status,
    reason,
    logsUrl: `/v1/endpoints/${encodeURIComponent(endpointName)}/logs?${query}`,
  };
}
