import { type Gate, type GateState, withGates } from '../../core/endpoint/endpoint-gates.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import { missingEndpoint } from '../endpoint/find-endpoint.js';
import type { World } from '../world.js';

/** A request to pause or resume gates of an endpoint. */
export interface GateRequest {
  readonly endpointName: string;
  readonly gates: readonly Gate[];
  readonly state: GateState;
  /** The operator who asks, in the words that reports to operators use. */
  readonly by: string;
}

/**
 * Pauses or resumes the intake or the dispatch of an endpoint, or both. A pause holds over updates and restarts until
 * it is resumed. Running invocations go on. A gate that is already in the state stays as it is. Raises
 * `EndpointNotFound`, and `EndpointNotReady` for an endpoint that is being deleted.
 */
export async function setGates(
  world: Pick<World, 'catalog' | 'clock' | 'log' | 'place' | 'signals'>,
  { by, endpointName, gates, state }: GateRequest,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const { catalog, clock, log, place, signals } = world;
  const endpoint = await catalog.endpoints.update(
    endpointKey(endpointName),
    (current) => {
      if (current.status === 'Deleting') {
        throw new EbbError('EndpointNotReady', `Endpoint "${current.name}" is being deleted.`);
      }
      return withGates(current, gates, state, { at: clock.now(), by });
    },
    signal,
  );
  if (!endpoint) missingEndpoint(place, endpointName);
  log.info('An operator has set the gates of an endpoint', { endpoint: endpoint.name, gates: gates.join(), state, by });
  // The worker that hands out invocations and the autoscaler read the record at this signal.
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}
