import { type Place, defaultBucket } from '../core/arn.js';
import type { Endpoint } from '../core/endpoint.js';
import {
  INVOCATION_TIMEOUT_SECONDS,
  type InvocationRequest,
  REQUEST_TTL_SECONDS,
  type Submission,
  resultLocations,
} from '../core/invocation.js';
import { formatObjectLocation, parseObjectLocation } from '../core/object-location.js';

/** What a submission to an endpoint comes to, with everything settled that it leaves open. */
export function invocationRequest(
  submission: Submission,
  endpoint: Endpoint,
  { id, acceptedAt, place }: { readonly id: string; readonly acceptedAt: number; readonly place: Place },
): InvocationRequest {
  const config = endpoint.asyncInference!;
  const home = `s3://${defaultBucket(place)}`;
  const { filename, input, pathExtension, ttlSeconds, timeoutSeconds } = submission;
  const locations = resultLocations(id, {
    outputPath: config.outputPath ?? `${home}/async-endpoint-outputs/${endpoint.name}`,
    failurePath: config.failurePath,
    pathExtension,
    filename,
  });
  return {
    id,
    inferenceId: submission.inferenceId ?? id,
    endpointName: endpoint.name,
    inputLocation:
      'location' in input
        ? formatObjectLocation(parseObjectLocation(input.location))
        : sentInputLocation(place, endpoint.name, id),
    contentType: submission.contentType,
    accept: submission.accept,
    customAttributes: submission.customAttributes,
    outputLocation: locations.output,
    failureLocation: locations.failure,
    acceptedAt,
    expiresAt: submission.startBy ?? acceptedAt + (ttlSeconds ?? REQUEST_TTL_SECONDS.default) * 1000,
    timeoutMs: (timeoutSeconds ?? INVOCATION_TIMEOUT_SECONDS.default) * 1000,
    idempotencyKey: scopedKey(submission),
    priority: submission.priority,
    labels: submission.labels,
    callbackUrl: submission.callbackUrl,
    submittedBy: submission.submittedBy,
    successTopic: config.successTopic,
    errorTopic: config.errorTopic,
    includeResponseIn: config.includeResponseIn,
  };
}

/** Where Ebb puts an input that it is sent. */
export function sentInputLocation(place: Place, endpointName: string, id: string): string {
  return `s3://${defaultBucket(place)}/async-endpoint-inputs/${endpointName}/${id}`;
}

/** The idempotency keys of one access key have nothing to do with those of another. */
function scopedKey({ idempotencyKey, submittedBy = '' }: Submission): string | undefined {
  return idempotencyKey === undefined ? undefined : `${submittedBy}/${idempotencyKey}`;
}

/**
 * Everything that makes a request what it is, as text: a repeat has the same, whenever and from wherever it comes.
 * `contentHash` stands for an input that came along.
 */
export function describeRequest(submission: Submission, contentHash: string | undefined): string {
  const { idempotencyKey: _key, input, labels = {}, submittedBy: _by, ...rest } = submission;
  const members = { ...rest, input: 'location' in input ? input.location : contentHash, labels: sorted(labels) };
  return JSON.stringify(sorted(members));
}

function sorted(members: Readonly<Record<string, unknown>>): [string, unknown][] {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.sort(([a], [b]) => (a < b ? -1 : 1));
}
