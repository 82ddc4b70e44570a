import { type Place, defaultBucket } from '../../core/arn.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { InvocationRequest } from '../../core/invocation/invocation.js';
import {
  type Submission,
  INVOCATION_TIMEOUT_SECONDS,
  REQUEST_TTL_SECONDS,
  resultLocations,
} from '../../core/invocation/submission.js';
import { formatObjectLocation, parseObjectLocation } from '../../core/object-location.js';
import { scopedKey } from './idempotency.js';

/**
 * Returns the invocation that a submission asks for, with a value for every member that the submission leaves open.
 * Raises `InvalidRequest` if the input or a result has an address that cannot exist in S3.
 */
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
  // An address that storage can never take is refused now, while the caller can correct it; later it would cost the
  // result.
  for (const address of Object.values(locations)) parseObjectLocation(address);
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

/** Returns where Ebb stores an inline or uploaded input. */
export function sentInputLocation(place: Place, endpointName: string, id: string): string {
  return `s3://${defaultBucket(place)}/async-endpoint-inputs/${endpointName}/${id}`;
}
