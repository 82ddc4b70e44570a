import { type InvocationSituation, whyWaiting } from '../core/explain.js';

/** An invocation as Ebb's own REST API shows it. */
export function formatInvocationStatus(situation: InvocationSituation): object {
  const { invocation } = situation;
  return {
    id: invocation.id,
    inferenceId: invocation.inferenceId,
    endpointName: invocation.endpointName,
    state: invocation.state,
    why: whyWaiting(situation),
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
