import type { Backlog } from '../core/backlog.js';
import type { Endpoint } from '../core/endpoint.js';
import type { Invocation } from '../core/invocation.js';

/** An endpoint as Ebb's own REST API shows it. Times are ISO 8601. */
export function formatEndpointStatus(
  endpoint: Endpoint,
  backlog: Backlog,
  instances: { readonly starting: number; readonly inService: number; readonly draining: number },
): object {
  return {
    name: endpoint.name,
    status: endpoint.status,
    failureReason: endpoint.failureReason,
    backlog: { queued: backlog.queued, running: backlog.running, oldestAcceptedAt: iso(backlog.oldestAcceptedAt) },
    instances: {
      desired: endpoint.variants.reduce((sum, { desiredInstanceCount }) => sum + desiredInstanceCount, 0),
      starting: instances.starting,
      inService: instances.inService,
      draining: instances.draining,
    },
  };
}

/** An invocation as Ebb's own REST API shows it. */
export function formatInvocationStatus(invocation: Invocation): object {
  return {
    id: invocation.id,
    inferenceId: invocation.inferenceId,
    endpointName: invocation.endpointName,
    state: invocation.state,
    attempts: invocation.attempt,
    acceptedAt: iso(invocation.acceptedAt),
    expiresAt: iso(invocation.expiresAt),
    startedAt: iso(invocation.startedAt),
    settledAt: iso(invocation.settledAt),
    failureReason: invocation.failureReason,
    inputLocation: invocation.inputLocation,
    outputLocation: invocation.outputLocation,
    failureLocation: invocation.failureLocation,
  };
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
