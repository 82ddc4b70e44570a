import type { InvocationDocument } from '../documents.js';
import type { Look } from './endpoint.js';
import { age, span } from './quantities.js';
import { facts, table } from './table.js';

/** A line for each invocation. */
export function invocationTable(invocations: readonly InvocationDocument[], { columns, now, paint }: Look): string[] {
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
export function tookOf({ settledAt, startedAt }: InvocationDocument, now: number): string {
  if (startedAt === undefined) return '-';
  return span((settledAt === undefined ? now : Date.parse(settledAt)) - Date.parse(startedAt));
}

/** What else is to be said about one, in few words. */
export function remarkOn({
  failureReason,
  position,
  progress,
  redriveOf,
  redrivenAs,
  state,
}: InvocationDocument): string {
  return [
    failureReason,
    state === 'Queued' && position !== undefined && `position ${position}`,
    state === 'Running' && progressText(progress),
    redrivenAs !== undefined && `redriven as ${redrivenAs}`,
    redriveOf !== undefined && `redrive of ${redriveOf}`,
  ]
    .filter((remark) => typeof remark === 'string')
    .join('; ');
}

/** What the container says of how far it is. */
export function progressText(progress: InvocationDocument['progress']): string | undefined {
  if (!progress) return undefined;
  const percent = progress.progress === undefined ? undefined : `${Math.round(progress.progress * 100)} %`;
  return [percent, progress.message].filter((part) => part !== undefined).join(' ');
}

/** All of one invocation that people ask for. */
export function invocationFacts(invocation: InvocationDocument, now: number): string[] {
  const { acceptedAt, estimatedStartAt, expiresAt, labels = {}, priority, settledAt, startedAt, state } = invocation;
  const isWaiting = state === 'Queued';
  return facts([
    ['Invocation', invocation.id],
    ['Inference id', invocation.inferenceId === invocation.id ? undefined : invocation.inferenceId],
    ['Endpoint', invocation.endpointName],
    ['State', state],
    ['Why', invocation.why],
    ['Priority', priority === 'normal' ? undefined : priority],
    ['Position', isWaiting && invocation.position !== undefined ? String(invocation.position) : undefined],
    [
      'Labels',
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .join(', ') || undefined,
    ],
    ['Progress', progressText(invocation.progress)],
    ['Accepted', since(acceptedAt, now)],
    ['Starts', isWaiting && estimatedStartAt !== undefined ? `about ${estimatedStartAt}` : undefined],
    ['Started', since(startedAt, now)],
    ['Settled', since(settledAt, now)],
    ['Took', startedAt === undefined ? undefined : tookOf(invocation, now)],
    ['Expires', isWaiting ? expiresAt : undefined],
    ['Input', invocation.inputLocation],
    ['Output', state === 'Failed' ? undefined : invocation.outputLocation],
    ['Failure', state === 'Failed' ? invocation.failureLocation : undefined],
    ['Redrive of', invocation.redriveOf],
    ['Redriven as', invocation.redrivenAs],
  ]);
}

function since(time: string | undefined, now: number): string | undefined {
  return time === undefined ? undefined : `${time} (${age(time, now)} ago)`;
}
