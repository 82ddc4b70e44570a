import { type CallbackOutput, callbackId, callbackMessage } from '../../core/delivery/callback-document.js';
import { invocationNotification, notifiedResponse } from '../../core/delivery/invocation-notification.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { Delivery } from '../../core/delivery/delivery.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { World } from '../world.js';

/** How long receivers of callbacks may fetch an output without credentials. It is longer than a callback is retried. */
const OUTPUT_URL_SECONDS = 7 * 24 * 3600;

/**
 * Makes the deliveries of a settlement: one message to the topic and one to the callback. Their ids follow from the
 * invocation's id, so that a second settlement by mistake makes no second deliveries. `response` is the model's
 * response, if it is short enough to be included.
 */
export async function settlementDeliveries(
  world: Pick<World, 'objects' | 'place' | 'publicUrl'>,
  invocation: Invocation,
  response?: Uint8Array,
): Promise<Delivery[]> {
  const { acceptedAt, callbackUrl: url, id, settledAt = acceptedAt, submittedBy } = invocation;
  const common = { createdAt: settledAt, invocationId: id };
  const deliveries: Delivery[] = [];
  const topicArn = invocation.state === 'Completed' ? invocation.successTopic : invocation.errorTopic;
  if (topicArn !== undefined) {
    const message = invocationNotification(invocation, world.place, includedResponse(invocation, response));
    deliveries.push({ ...common, id, receiver: { kind: 'topic', topicArn }, message });
  }
  if (url !== undefined) {
    const message = callbackMessage(invocation, await callbackOutput(world, invocation, response));
    const receiver = { kind: 'callback', url, ...(submittedBy !== undefined && { keyId: submittedBy }) } as const;
    deliveries.push({ ...common, id: callbackId(invocation), receiver, message });
  }
  return deliveries;
}

function includedResponse({ includeResponseIn, state }: Invocation, response: Uint8Array | undefined) {
  const isIncluded = includeResponseIn.includes(state === 'Completed' ? 'success' : 'error');
  return response && isIncluded ? notifiedResponse(Buffer.from(response).toString('base64')) : undefined;
}

async function callbackOutput(
  { objects, publicUrl }: Pick<World, 'objects' | 'publicUrl'>,
  { id, outputLocation, responseContentType: contentType, state }: Invocation,
  response: Uint8Array | undefined,
): Promise<CallbackOutput> {
  if (state !== 'Completed') return {};
  const presigning = { method: 'GET', validSeconds: OUTPUT_URL_SECONDS } as const;
  const presigned = await objects.presign(parseObjectLocation(outputLocation), presigning).catch(() => undefined);
  const outputUrl = presigned ?? publicUrl?.(`/v1/invocations/${encodeURIComponent(id)}/output`);
  return {
    ...(response && { output: { ...(contentType !== undefined && { contentType }), ...encoded(response) } }),
    ...(outputUrl !== undefined && { outputUrl }),
  };
}

function encoded(bytes: Uint8Array): { readonly encoding: 'utf-8' | 'base64'; readonly content: string } {
  try {
    return { encoding: 'utf-8', content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { encoding: 'base64', content: Buffer.from(bytes).toString('base64') };
  }
}
