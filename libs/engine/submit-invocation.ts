import { defaultBucket } from '../core/arn.js';
import { type Endpoint, endpointKey, isServing } from '../core/endpoint.js';
import { EbbError } from '../core/errors.js';
import {
  type Invocation,
  type InvocationRequest,
  INVOCATION_TIMEOUT_SECONDS,
  REQUEST_TTL_SECONDS,
  type Submission,
  resultLocations,
} from '../core/invocation.js';
import { formatObjectLocation, parseObjectLocation } from '../core/object-location.js';
import type { World } from './world.js';

/**
 * Accepts an invocation: when this resolves, the record (and an inline body) is on disk and the work will be done,
 * expire or fail, but not be lost. Raises `EndpointNotFound`, `EndpointNotReady`, `WrongInferenceType`,
 * `InvalidRequest`, `StorageFull`.
 */
export async function submitInvocation(
  world: World,
  submission: Submission,
  signal?: AbortSignal,
): Promise<Invocation> {
  const endpoint = await asynchronousEndpoint(world, submission.endpointName, signal);
  const request = requestOf(world, endpoint, submission);
  if ('body' in submission.input) await storeInput(world, request, submission.input.body, signal);
  const { invocation } = await world.ledger.accept(request, signal);
  world.signals.notify({ kind: 'backlog', endpointName: endpoint.name });
  return invocation;
}

async function asynchronousEndpoint(world: World, name: string, signal?: AbortSignal): Promise<Endpoint> {
  const endpoint = await world.catalog.endpoints.get(endpointKey(name), signal);
  // Uniqueness ignores case, but invoking must match the case of the name that was given at creation.
  if (endpoint?.name !== name) {
    throw new EbbError('EndpointNotFound', `Endpoint ${name} of account ${world.place.accountId} not found.`);
  }
  if (!isServing(endpoint)) {
    throw new EbbError('EndpointNotReady', `Endpoint ${name} is not in service: its status is ${endpoint.status}.`);
  }
  if (!endpoint.asyncInference) {
    throw new EbbError('WrongInferenceType', `Endpoint ${name} does not support this inference type.`);
  }
  return endpoint;
}

function requestOf(world: World, endpoint: Endpoint, submission: Submission): InvocationRequest {
  const { clock, place } = world;
  const config = endpoint.asyncInference!;
  const id = clock.uniqueId();
  const acceptedAt = clock.now();
  const home = `s3://${defaultBucket(place)}`;
  const locations = resultLocations(id, {
    outputPath: config.outputPath ?? `${home}/async-endpoint-outputs/${endpoint.name}`,
    failurePath: config.failurePath,
    pathExtension: submission.pathExtension,
    filename: submission.filename,
  });
  return {
    id,
    inferenceId: submission.inferenceId ?? id,
    endpointName: endpoint.name,
    inputLocation:
      'location' in submission.input
        ? formatObjectLocation(parseObjectLocation(submission.input.location))
        : `${home}/async-endpoint-inputs/${endpoint.name}/${id}`,
    contentType: submission.contentType,
    accept: submission.accept,
    customAttributes: submission.customAttributes,
    outputLocation: locations.output,
    failureLocation: locations.failure,
    acceptedAt,
    expiresAt: acceptedAt + (submission.ttlSeconds ?? REQUEST_TTL_SECONDS.default) * 1000,
    timeoutMs: (submission.timeoutSeconds ?? INVOCATION_TIMEOUT_SECONDS.default) * 1000,
    idempotencyKey: submission.idempotencyKey,
    successTopic: config.successTopic,
    errorTopic: config.errorTopic,
    includeResponseIn: config.includeResponseIn,
  };
}

/** The body goes first: a record whose input does not exist must never be seen. */
async function storeInput(
  world: World,
  request: InvocationRequest,
  body: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const location = parseObjectLocation(request.inputLocation);
  await world.objects.put(location, body, { contentType: request.contentType, sizeBytes: body.length }, signal);
}
