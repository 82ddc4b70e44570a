import type { Consequence, LeasedAttempt } from './settle-invocation.js';
import type { World } from '../world.js';

const BROKE = 'The instance broke while it ran this invocation, which is handed out again.';

/**
 * Writes SageMaker's line about an invocation that did not end well to the log of the instance that it was on: why it
 * Failed or Expired, or that its instance broke. One that was on no instance is told of in the endpoint's own log.
 */
export function writeDataLog(
  { clock, logs }: Pick<World, 'clock' | 'logs'>,
  { invocation, variantName, instanceId }: LeasedAttempt,
  consequence: Consequence,
): void {
  const message = messageOf(consequence);
  if (message === undefined) return;
  const now = clock.now();
  const { endpointName, inferenceId } = invocation;
  const writer = logs.open({ endpointName, ...(instanceId !== undefined && { variantName, instanceId }) });
  writer.write('data-log', formatDataLog(now, inferenceId, message), now);
  // Never rejects, and nobody has to wait for it.
  void writer.close();
}

function messageOf(consequence: Consequence): string | undefined {
  switch (consequence.kind) {
    case 'settled':
      return consequence.settling.failureReason;
    case 'requeued':
      return consequence.broken ? BROKE : undefined;
    case 'lost':
      return undefined;
  }
}

function formatDataLog(at: number, inferenceId: string, message: string): string {
  const time = new Date(at).toISOString().slice(0, -1);
  return `${time}:[sagemaker logs] [${inferenceId}] ${message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`;
}
