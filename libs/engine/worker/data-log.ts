import { type AfterAttempt, type AttemptEnd, afterAttempt } from '../../core/invocation/attempt.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { LogSource } from '../../core/ports/logs.js';
import type { World } from '../world.js';

const BROKE = 'The instance broke while it ran this invocation, which is handed out again.';

/**
 * Writes SageMaker's line about an invocation that did not end well to the log of the instance that it was on: why it
 * Failed or Expired, or that its instance broke. One that was on no instance is told of in the endpoint's own log.
 */
export function writeDataLog(
  world: World,
  invocation: Invocation,
  end: AttemptEnd,
  instance: Pick<LogSource, 'variantName' | 'instanceId'> = {},
): void {
  const verdict = afterAttempt(invocation, end);
  const message = messageOf(verdict);
  if (message === undefined) return;
  const now = world.clock.now();
  const { endpointName, inferenceId } = invocation;
  const { variantName, instanceId } = instance;
  const writer = world.logs.open({ endpointName, ...(instanceId !== undefined && { variantName, instanceId }) });
  writer.write('data-log', formatDataLog(now, inferenceId, message), now);
  // Never rejects, and nobody has to wait for it.
  void writer.close();
}

function messageOf(verdict: AfterAttempt): string | undefined {
  switch (verdict.do) {
    case 'settle':
      return verdict.failureReason;
    case 'requeue':
      return verdict.broken ? BROKE : undefined;
    case 'nothing':
      return undefined;
  }
}

function formatDataLog(at: number, inferenceId: string, message: string): string {
  const time = new Date(at).toISOString().slice(0, -1);
  return `${time}:[sagemaker logs] [${inferenceId}] ${message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`;
}
