import type { Invocation } from '../../../core/invocation/invocation.js';
import type { NumberedReport } from '../../../core/invocation/progress.js';
import { type TimelineSpan, timelineOf } from '../../../core/invocation/timeline.js';
import { iso } from '../fields.js';

/** The position of a follower: the last state that it received, and the number of the last report. */
export interface EventPosition {
  /** The name of a span of the timeline, which stays the same as the timeline grows; absent before the first span. */
  readonly span?: string;
  readonly report: number;
}

const POSITION = /^(?:([A-Za-z]+-\d+))?~(\d{1,15})$/;

/** Returns the position after the event with this id; the beginning if the id is not Ebb's. */
export function positionOf(lastEventId: string | undefined): EventPosition {
  const [, span, report] = POSITION.exec(lastEventId ?? '') ?? [];
  return { ...(span !== undefined && { span }), report: Number(report ?? 0) };
}

/** Returns the events since a position, as server-sent events, and the position after them. */
export function eventsSince(
  invocation: Invocation,
  reports: readonly NumberedReport[],
  { span: lastSpan, report }: EventPosition,
): { readonly text: string; readonly position: EventPosition } {
  const spans = namedSpans(invocation);
  const known = spans.findIndex(({ name }) => name === lastSpan) + 1;
  const fresh = spans.slice(known);
  const moments = [
    ...fresh.map(({ span, name }) => ({ at: span.from, span, name })),
    ...reports.filter(({ number }) => number > report).map((reported) => ({ at: reported.at, reported })),
  ].sort((a, b) => a.at - b.at);
  let position: EventPosition = { ...(lastSpan !== undefined && { span: lastSpan }), report };
  let text = '';
  for (const moment of moments) {
    if ('reported' in moment) {
      position = { ...position, report: moment.reported.number };
      text += eventOf(position, moment.reported.report.kind, formatReport(moment.reported));
    } else {
      position = { ...position, span: moment.name };
      text += eventOf(position, 'state', formatState(invocation, moment.span));
    }
  }
  return { text, position };
}

/**
 * Names each span after its attempt, or after the attempt before it. The oldest attempts may be forgotten, and the
 * names of the others must stay.
 */
function namedSpans(invocation: Invocation): { readonly span: TimelineSpan; readonly name: string }[] {
  let lastAttempt = 0;
  return timelineOf(invocation).map((span) => {
    lastAttempt = span.attempt ?? lastAttempt;
    return { span, name: `${span.state}-${lastAttempt}` };
  });
}

function eventOf({ span = '', report }: EventPosition, event: string, document: object): string {
  return `id: ${span}~${report}\nevent: ${event}\ndata: ${JSON.stringify(document)}\n\n`;
}

function formatState(invocation: Invocation, { attempt, from, instanceId, state }: TimelineSpan): object {
  const { failureKind, failureReason, id, outputLocation } = invocation;
  const isEnd = state === invocation.state && invocation.settledAt === from;
  return {
    id,
    state,
    at: iso(from),
    attempt,
    instanceId,
    ...(isEnd && { failureReason, errorClass: failureKind, ...(state === 'Completed' && { outputLocation }) }),
  };
}

function formatReport({ at, attempt, report }: NumberedReport): object {
  if (report.kind === 'progress') {
    const { progress, message, data } = report;
    return { at: iso(at), attempt, progress, message, data };
  }
  const { content, contentType } = report;
  return { at: iso(at), attempt, contentType, ...(isText(contentType) ? textOf(content) : base64Of(content)) };
}

function isText(contentType: string): boolean {
  return /^text\/|json|xml/.test(contentType);
}

function textOf(content: Uint8Array): object {
  return { encoding: 'utf-8', content: new TextDecoder().decode(content) };
}

function base64Of(content: Uint8Array): object {
  return { encoding: 'base64', content: Buffer.from(content).toString('base64') };
}
