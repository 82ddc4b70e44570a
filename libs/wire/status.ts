import type { Backlog } from '../core/backlog.js';
import type { Endpoint } from '../core/endpoint.js';
import { type InvocationSituation, whyInstances, whyWaiting } from '../core/explain.js';
import { START_PHASES } from '../core/instance.js';
import type { ScalingActivity } from '../core/scaling-activity.js';
import { type VariantStatus, usualPhases } from '../core/variant-situation.js';

/** An endpoint as Ebb's own REST API shows it. Times are ISO 8601. */
export function formatEndpointStatus(
  endpoint: Endpoint,
  backlog: Backlog,
  instances: { readonly starting: number; readonly inService: number; readonly draining: number },
  variants: readonly VariantStatus[],
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
      paused: variants.reduce((sum, { situation }) => sum + situation.paused.length, 0),
    },
    variants: variants.map(formatVariantStatus),
  };
}

function formatVariantStatus({ variant, situation, decisions, history }: VariantStatus): object {
  const { bounds, busy, draining, failures, inService, paused, starts } = situation;
  const [medians, high] = [usualPhases(history, 0.5), usualPhases(history, 0.95)];
  return {
    name: variant.name,
    why: whyInstances(situation),
    instances: {
      desired: variant.desiredInstanceCount,
      minimum: bounds.minimum,
      maximum: bounds.maximum,
      starting: starts.length,
      inService,
      busy,
      draining,
      paused: paused.length,
    },
    paused: paused.map(({ instanceId, until }) => ({ instanceId, until: iso(until) })),
    starts: starts.map(({ instanceId, launchedAt, phase, phaseSince }) => ({
      instanceId,
      launchedAt: iso(launchedAt),
      phase,
      phaseSince: iso(phaseSince),
    })),
    startPhases: START_PHASES.filter((phase) => medians[phase] !== undefined).map((phase) => ({
      phase,
      medianMs: medians[phase],
      p95Ms: high[phase],
    })),
    launchFailures: failures && {
      count: failures.count,
      since: iso(failures.since),
      lastAt: iso(failures.lastAt),
      lastReason: failures.lastReason,
      lastEnd: failures.lastEnd,
    },
    decisions: decisions.map(formatDecision),
  };
}

function formatDecision(activity: ScalingActivity): object {
  const { answers, cause, endedAt, from, id, lastAt, notScaledReasons, startedAt, status, statusMessage, times, to } =
    activity;
  return {
    id,
    at: iso(startedAt),
    from,
    to,
    cause,
    answers,
    notScaledReasons,
    inputs: activity.observation,
    status,
    statusMessage,
    endedAt: iso(endedAt),
    lastAt: iso(lastAt),
    times,
  };
}

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
