import { type Gate, type GateState, withGates } from '../../core/endpoint/endpoint-gates.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import { missingEndpoint } from '../endpoint/find-endpoint.js';
import type { World } from '../world.js';

/** Which gates of an endpoint to pause or to resume. */
export interface GateRequest {
  readonly endpointName: string;
  readonly gates: readonly Gate[];
  readonly state: GateState;
  /** Who asks, as sentences for operators have it. */
  readonly by: string;
}

/**
 * Pauses or resumes the intake or the dispatch of an endpoint, or both. It holds over updates and restarts until somebody
 * resumes it; what runs goes on. Gates that are so already stay as they are. Raises `EndpointNotFound`, and
 * `EndpointNotReady` for an endpoint that is being deleted.
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
  // Whoever hands out work, and whoever launches for it, looks at the record.
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}
