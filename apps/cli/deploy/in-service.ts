import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointDocument } from '../client/documents.js';
import { Failure } from '../outcome/failure.js';
import { span } from '../format/quantities.js';
import type { Session } from '../session/session.js';

const POLL_MS = 300;

interface Expected {
  readonly name: string;
  readonly limitSeconds: number;
  /** The endpoint config that an update is to take the place of. */
  readonly replaced?: string;
}

/**
 * Waits until an endpoint that is being made or updated serves as was asked for, and tells of what changes. Raises
 * `Failure` when it fails, goes back to what it was, or takes too long.
 */
export async function inService(
  { client, signal, terminal }: Session,
  { name, limitSeconds, replaced }: Expected,
): Promise<EndpointDocument> {
  const startedAt = performance.now();
  let told = '';
  for (;;) {
    const endpoint = await client.endpoint(name);
    const elapsedMs = performance.now() - startedAt;
    const stage = stageOf(endpoint);
    if (stage !== told) terminal.note(`  ${span(elapsedMs).padStart(8)}  ${stage}`);
    told = stage;
    const failure = failureOf(endpoint, replaced);
    if (failure) throw failure;
    if (endpoint.status === 'InService') return endpoint;
    if (elapsedMs > limitSeconds * 1000) {
      throw new Failure('timedOut', `${name} is ${endpoint.status} after ${span(elapsedMs)}. It goes on.`, {
        advice: `ebb why ${name} says what it waits for.`,
      });
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Why it will never serve as was asked for; absent while it may. */
function failureOf(endpoint: EndpointDocument, replaced: string | undefined): Failure | undefined {
  const { configName, failureReason, name, status } = endpoint;
  const reason = failureReason ?? 'no reason was given';
  const logs = `ebb logs ${name} has what its instances printed`;
  if (status === 'Failed') {
    const advice = `${logs}; ebb delete ${name} makes room for another try.`;
    return new Failure('failed', `The endpoint ${name} failed: ${reason}`, { advice });
  }
  if (status === 'UpdateRollbackFailed') {
    const message = `The update of ${name} failed, and so did going back to what it was: ${reason}`;
    return new Failure('failed', message, { advice: `${logs}. What there is of it serves on.` });
  }
  if (status === 'InService' && configName === replaced) {
    const message = `The update of ${name} was rolled back: ${reason}`;
    return new Failure('failed', message, { advice: `It serves on as it was; ${logs}.` });
  }
  return undefined;
}

/** What there is to see of a deployment, such as `Creating: 1 starting (boot)`. */
function stageOf({ instances, status, variants }: EndpointDocument): string {
  const phases = [...new Set(variants.flatMap(({ starts }) => starts.map(({ phase }) => phase)))];
  const parts = [
    instances.starting > 0 && `${instances.starting} starting${phases.length > 0 ? ` (${phases.join(', ')})` : ''}`,
    instances.inService > 0 && `${instances.inService} in service`,
    ...variants.map(({ launchFailures }) => launchFailures && `${launchFailures.count} of the last launches failed`),
  ].filter(Boolean);
  return parts.length === 0 ? status : `${status}: ${parts.join(', ')}`;
}
