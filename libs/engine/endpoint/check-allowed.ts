import { endpointArn } from '../../core/arn.js';
import { type EndpointRequestKind, allows, isPassing } from '../../core/endpoint/endpoint-status.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import type { World } from '../world.js';

/**
 * Raises an error if an endpoint's status does not allow a request: `ChangeInProgress` if waiting helps, else
 * `EndpointNotReady` with the requests that are allowed.
 */
export function checkAllowed(
  { place }: Pick<World, 'place'>,
  { name, status }: Endpoint,
  request: EndpointRequestKind,
): void {
  if (allows(status, request)) return;
  if (isPassing(status)) {
    // Clients look for this sentence, which SageMaker also uses for deletions.
    throw new EbbError('ChangeInProgress', `Cannot update in-progress endpoint "${endpointArn(place, name)}".`);
  }
  const what = allows(status, 'update') ? 'UpdateEndpoint and DeleteEndpoint' : 'DeleteEndpoint';
  throw new EbbError('EndpointNotReady', `Endpoint "${name}" is ${status}: it allows nothing but ${what}.`);
}
