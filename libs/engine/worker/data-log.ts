import type { Consequence, LeasedAttempt } from './settle-invocation.js';
import type { World } from '../world.js';

const BROKE = 'The instance broke while it ran this invocation; the invocation is handed out again.';

/**
 * Writes SageMaker's line about an invocation that Failed, Expired or lost its instance, with the reason. The line goes
 * to the log of its instance, or to the endpoint's own log if it ran on none.
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
  // Closing never rejects, and the caller need not wait for it.
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
