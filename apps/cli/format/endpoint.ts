import type { EndpointDocument, EndpointSummary, VariantDocument } from '../client/documents.js';
import type { Paint } from '../terminal/paint.js';
import { age, span } from './quantities.js';
import { facts, table } from './table.js';

/** What a view of things needs beside them. */
export interface Look {
  readonly now: number;
  readonly paint: Paint;
  /** Wider lines are cut; absent means that they may be of any width. */
  readonly columns?: number;
}

/** A line for each endpoint. */
export function endpointTable(endpoints: readonly EndpointSummary[], { columns, now, paint }: Look): string[] {
  const rows = endpoints.map((endpoint) => {
    const { backlog, instances, name } = endpoint;
    return [
      name,
      paint.state(endpoint.status),
      String(backlog.queued),
      String(backlog.running),
      age(backlog.oldestAcceptedAt, now),
      `${instances.inService}/${instances.desired}`,
      remarks(endpoint),
    ];
  });
  return table(['ENDPOINT', 'STATUS', 'QUEUED', 'RUNNING', 'OLDEST', 'INSTANCES', 'REMARKS'], rows, columns);
}

/** What is out of the ordinary about an endpoint, in few words. */
function remarks({ dispatch, failureReason, instances, intake }: EndpointSummary): string {
  return [
    failureReason,
    intake === 'paused' && 'intake paused',
    dispatch === 'paused' && 'dispatch paused',
    instances.starting > 0 && `${instances.starting} starting`,
    instances.draining > 0 && `${instances.draining} draining`,
    instances.paused > 0 && `${instances.paused} kept warm`,
  ]
    .filter((remark) => typeof remark === 'string')
    .join(', ');
}

/** An endpoint with its variants. */
export function endpointLines(endpoint: EndpointDocument, now: number): string[] {
  return [
    ...endpointFacts(endpoint, now),
    ...endpoint.variants.flatMap((variant) => ['', ...variantLines(variant, endpoint, now)]),
  ];
}

function endpointFacts(endpoint: EndpointDocument, now: number): string[] {
  const { backlog, instances, name, status, why } = endpoint;
  const oldest = backlog.oldestAcceptedAt && `, the oldest since ${age(backlog.oldestAcceptedAt, now)}`;
  return facts([
    ['Endpoint', name],
    ['Status', status],
    ['Why', why],
    ['Backlog', `${backlog.queued} queued, ${backlog.running} running${oldest ?? ''}`],
    ['Instances', `${instances.inService} in service of ${instances.desired} desired`],
    ['Remarks', remarks(endpoint) || undefined],
  ]);
}

/** One variant: its bounds, what its instances are at, and why they are as many as they are. */
function variantLines(
  { instances, launchFailures, name, starts, why }: VariantDocument,
  endpoint: EndpointDocument,
  now: number,
): string[] {
  const { busy, desired, draining, inService, maximum, minimum, starting } = instances;
  return [
    `Variant ${name}: ${desired} desired of ${minimum} to ${maximum}; ` +
      `${inService} in service (${busy} busy), ${starting} starting, ${draining} draining`,
    // The only variant gives the same reason as its endpoint.
    ...(why === endpoint.why ? [] : [`  ${why}`]),
    ...starts.map(
      ({ instanceId, phase, phaseSince }) => `  ${instanceId} is starting: ${phase} for ${age(phaseSince, now)}`,
    ),
    ...(launchFailures ? [`  ${failures(launchFailures, now)}`] : []),
  ];
}

function failures({ count, lastReason, since }: NonNullable<VariantDocument['launchFailures']>, now: number): string {
  return `Launches that failed in the last ${span(now - Date.parse(since))}: ${count}, the last with: ${lastReason}`;
}
