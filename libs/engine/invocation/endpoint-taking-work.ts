import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import { type Endpoint, endpointKey, isServing } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import type { World } from '../world.js';

/**
 * Returns the endpoint of that name if it accepts invocations now. Raises `EndpointNotFound`, `EndpointNotReady`,
 * `WrongInferenceType`, `IntakePaused`.
 */
export async function endpointTakingWork(
  { catalog, place }: Pick<World, 'catalog' | 'place'>,
  name: string,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const endpoint = await catalog.endpoints.get(endpointKey(name), signal);
  // Uniqueness ignores case, but a request to invoke must use the case of the name given at creation.
  if (endpoint?.name !== name) {
    throw new EbbError('EndpointNotFound', `Endpoint ${name} of account ${place.accountId} not found.`);
  }
  if (!isServing(endpoint)) {
    throw new EbbError('EndpointNotReady', `Endpoint ${name} is not in service: its status is ${endpoint.status}.`);
  }
  if (!endpoint.asyncInference) {
    throw new EbbError('WrongInferenceType', `Endpoint ${name} does not support this inference type.`);
  }
  if (isPaused(endpoint, 'intake')) {
    throw new EbbError('IntakePaused', `Endpoint ${name} takes no new invocations: an operator has paused its intake.`);
  }
  return endpoint;
}
