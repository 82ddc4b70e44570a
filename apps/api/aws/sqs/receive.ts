import type { Clock } from '../../../../libs/core/ports/clock.js';
import type { QueueReply, QueueServer } from './queue-server.js';

const MAX_WAIT_SECONDS = 20;

/**
 * Receives from an embedded queue, and waits for messages as long as the caller asked or the queue states. Ebb waits
 * here, because fauxqs's own waiting goes on for callers that have hung up, and ends early for all but one of several
 * callers.
 */
export async function receive(
  { clock, queues }: { readonly clock: Clock; readonly queues: QueueServer },
  { input, queueName }: { readonly input: QueueReply['body']; readonly queueName: string },
  signal: AbortSignal,
): Promise<QueueReply> {
  const waitSeconds = input['WaitTimeSeconds'] ?? (await queues.defaultWaitSeconds(queueName));
  if (typeof waitSeconds !== 'number' || !(waitSeconds >= 0 && waitSeconds <= MAX_WAIT_SECONDS)) {
    return queues.call('ReceiveMessage', input);
  }
  const until = clock.now() + waitSeconds * 1000;
  while (!signal.aborted) {
    const reply = await queues.call('ReceiveMessage', { ...input, WaitTimeSeconds: 0 });
    const leftMs = until - clock.now();
    if (reply.status !== 200 || reply.body['Messages'] !== undefined || leftMs <= 0) return reply;
    await queues.waitForMessages(queueName, leftMs, signal);
  }
  return { status: 200, body: {} };
}
