import type { InvocationDocument, InvocationSummary } from '../client/documents.js';
import type { Look } from './endpoint.js';
import { age, span } from './quantities.js';
import { facts, table } from './table.js';

/** A line for each invocation. */
export function invocationTable(invocations: readonly InvocationSummary[], { columns, now, paint }: Look): string[] {
  const rows = invocations.map((invocation) => [
    invocation.id,
    invocation.endpointName,
    paint.state(invocation.state),
    age(invocation.acceptedAt, now),
    tookOf(invocation, now),
    remarkOn(invocation),
  ]);
  return table(['ID', 'ENDPOINT', 'STATE', 'AGE', 'TOOK', 'REMARKS'], rows, columns);
}

/** How long it ran, or has run so far; a dash before it has begun. */
function tookOf({ settledAt, startedAt }: InvocationSummary, now: number): string {
  if (startedAt === undefined) return '-';
  return span((settledAt === undefined ? now : Date.parse(settledAt)) - Date.parse(startedAt));
}

/** What else is to be said about one, in few words. */
export function remarkOn({ failureReason, redriveOf, redrivenAs }: InvocationSummary): string {
  return [
    failureReason,
    redrivenAs !== undefined && `redriven as ${redrivenAs}`,
    redriveOf !== undefined && `redrive of ${redriveOf}`,
  ]
    .filter((remark) => typeof remark === 'string')
    .join('; ');
}

/** All of one invocation that people ask for. */
export function invocationFacts(invocation: InvocationDocument, now: number): string[] {
  const { acceptedAt, attempts, errorClass, expiresAt, labels, position, priority, settledAt, startedAt, state } =
    invocation;
  const isQueued = state === 'Queued';
  const isFailed = errorClass !== undefined;
  return facts([
    ['Invocation', invocation.id],
    ['Inference id', invocation.inferenceId === invocation.id ? undefined : invocation.inferenceId],
    ['Endpoint', invocation.endpointName],
    ['State', isFailed ? `${state} (${errorClass})` : state],
    ['Why', invocation.why],
    ['Priority', priority === 'normal' ? undefined : priority],
    ['Before it', isQueued && position !== undefined ? `${position} in the queue` : undefined],
    [
      'Labels',
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .join(', ') || undefined,
    ],
    ['Accepted', since(acceptedAt, now)],
    ['Expires', isQueued ? expiresAt : undefined],
    ['Started', since(startedAt, now)],
    ['Settled', since(settledAt, now)],
    ['Took', startedAt === undefined ? undefined : tookOf(invocation, now)],
    ['Attempts', attempts.length > 1 ? String(attempts.length) : undefined],
    ['Instance', attempts.at(-1)?.instanceId],
    ['Input', invocation.inputLocation],
    ['Output', isFailed ? undefined : invocation.outputLocation],
    ['Failure', isFailed ? invocation.failureLocation : undefined],
    ['Redrive of', invocation.redriveOf],
    ['Redriven as', invocation.redrivenAs],
  ]);
}

/** What it has been through, a line for each span of time. */
export function timelineLines({ settledAt, timeline }: InvocationDocument, now: number): string[] {
  return timeline.map(({ ended, from, instanceId, state, until, waitedFor }) => {
    const isOver = until === undefined && settledAt !== undefined;
    const length = isOver ? '' : span((until === undefined ? now : Date.parse(until)) - Date.parse(from));
    const where = instanceId === undefined ? '' : ` on ${instanceId}`;
    const remark = [waitedFor, ended].filter((part) => part !== undefined).join('; ');
    return `  ${from}  ${state.padEnd(9)} ${length}${where}${remark === '' ? '' : `: ${remark}`}`.trimEnd();
  });
}

function since(time: string | undefined, now: number): string | undefined {
  return time === undefined ? undefined : `${time} (${age(time, now)} ago)`;
}
