import type { Invocation, InvocationState } from './invocation.js';

/** A span of time in which an invocation was in one state; times are milliseconds since the epoch. */
export interface TimelineSpan {
  readonly state: InvocationState;
  readonly from: number;
  /** Absent while the span lasts, and for the last state of a settled invocation. */
  readonly until?: number;
  /** For a queued span: the resource that the invocation waited for, if it waited. */
  readonly waitedFor?: string;
  /** For a running span. */
  readonly attempt?: number;
  readonly instanceId?: string;
  /** How the attempt ended. */
  readonly ended?: string;
}

/** A shorter wait is only the hand-over to an instance. */
const NO_WAIT_MS = 20;

/** Returns the states of an invocation since its acceptance, one span after the other. */
export function timelineOf(invocation: Invocation): TimelineSpan[] {
  const spans: TimelineSpan[] = [];
  let queuedFrom = invocation.acceptedAt;
  for (const { number, startedAt, endedAt, instanceId, instanceReadyAt, kind } of invocation.pastAttempts ?? []) {
    // The attempt was given up before it began.
    if (startedAt === undefined) continue;
    spans.push(wait(queuedFrom, startedAt, instanceReadyAt));
    spans.push({ state: 'Running', from: startedAt, until: endedAt, attempt: number, instanceId, ended: kind });
    queuedFrom = endedAt;
  }
  return [...spans, ...present(invocation, queuedFrom)];
}

function present(invocation: Invocation, queuedFrom: number): TimelineSpan[] {
  const { attempt, instanceId, instanceReadyAt, settledAt, startedAt, state } = invocation;
  if (state === 'Queued') return [{ state, from: queuedFrom }];
  if (state === 'Running') {
    if (startedAt === undefined) return [{ state: 'Queued', from: queuedFrom }];
    return [wait(queuedFrom, startedAt, instanceReadyAt), { state, from: startedAt, attempt, instanceId }];
  }
  const settled: TimelineSpan = { state, from: settledAt! };
  // The last attempt settled the invocation; otherwise it was settled while it waited.
  if (invocation.pastAttempts?.at(-1)?.endedAt === settledAt) return [settled];
  return [{ state: 'Queued', from: queuedFrom, until: settledAt }, settled];
}

function wait(from: number, until: number, instanceReadyAt: number | undefined): TimelineSpan {
  const waitedFor = until - from < NO_WAIT_MS ? undefined : whatFor(from, until, instanceReadyAt);
  return { state: 'Queued', from, until, ...(waitedFor !== undefined && { waitedFor }) };
}

function whatFor(from: number, until: number, instanceReadyAt: number | undefined): string {
  if (instanceReadyAt === undefined || instanceReadyAt <= from) return 'a free slot on an instance';
  if (until - instanceReadyAt < NO_WAIT_MS) return 'an instance to come into service';
  return 'an instance to come into service, then a free slot on it';
}
