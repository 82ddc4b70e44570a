import { z } from 'zod';
import { type Receiver, destinationOf } from '../../../core/delivery/delivery.js';
import { DELIVERY_STATES, type KnownDelivery } from '../../../core/ports/outbox.js';
import { invocationId, iso, pageOf, paging, time } from '../fields.js';
import { route } from '../route.js';

const deliveryId = z
  .string()
  .max(256, 'must have at most 256 characters')
  .regex(/^[\w.:-]+$/, 'must be letters, digits and any of _ . : -');

const headers = z.record(z.string(), z.string());

const attempt = z
  .object({
    at: time,
    durationMs: z.number(),
    outcome: z.enum(['delivered', 'failed', 'undeliverable']),
    reason: z.string().optional(),
    requestHeaders: headers.optional().describe('Without the signature.'),
    response: z
      .object({ status: z.int(), headers, body: z.string().describe('The first KiB.') })
      .optional()
      .describe('Absent where there was no answer.'),
  })
  .meta({ id: 'DeliveryAttempt' });

/** A delivery with everything that is known about it. */
export const deliveryDocument = z
  .object({
    id: z.string().describe('The same over all attempts: the `webhook-id` of a callback.'),
    kind: z.enum(['callback', 'topic', 'subscription', 'confirmation']),
    destination: z.string(),
    invocationId: z.string().optional(),
    state: z.enum(DELIVERY_STATES),
    createdAt: time,
    failures: z.int().describe('How often it has failed so far.'),
    nextAttemptAt: time.optional().describe('While it waits.'),
    doneAt: time.optional(),
    reason: z.string().optional().describe('Why the last attempt failed.'),
    attempts: z.array(attempt).describe('The newest twenty.'),
    message: z.string().describe('What is told.'),
  })
  .meta({ id: 'Delivery' });

export const LIST_DELIVERIES = route({
  id: 'listDeliveries',
  method: 'GET',
  path: '/v1/deliveries',
  chapter: 'Deliveries',
  summary: 'What is on its way, and what became of it',
  description: 'The newest first. Callbacks stay for a week after they were delivered, and whatever was given up.',
  access: 'read',
  query: z.strictObject({ state: z.enum(DELIVERY_STATES).optional().describe('Only those.'), ...paging }),
  answers: { 200: { description: 'A page.', content: { 'application/json': pageOf(deliveryDocument) } } },
});

export const GET_DELIVERY = route({
  id: 'getDelivery',
  method: 'GET',
  path: '/v1/deliveries/{id}',
  chapter: 'Deliveries',
  summary: 'One delivery with its attempts',
  access: 'read',
  parameters: z.object({ id: deliveryId }),
  answers: { 200: { description: 'The delivery.', content: { 'application/json': deliveryDocument } } },
  errors: ['DeliveryNotFound'],
});

export const REDELIVER = route({
  id: 'redeliver',
  method: 'POST',
  path: '/v1/deliveries/{id}:redeliver',
  chapter: 'Deliveries',
  summary: 'Deliver again',
  description: 'Under the same id, so that a receiver that has had it can tell; and tried for as long as a new one.',
  access: 'operate',
  parameters: z.object({ id: deliveryId }),
  answers: { 202: { description: 'The delivery, which waits.', content: { 'application/json': deliveryDocument } } },
  errors: ['DeliveryNotFound'],
});

export const LIST_INVOCATION_DELIVERIES = route({
  id: 'listInvocationDeliveries',
  method: 'GET',
  path: '/v1/invocations/{id}/deliveries',
  chapter: 'Deliveries',
  summary: 'Who is told of an invocation, and how that went',
  access: 'submit',
  isConfined: true,
  parameters: z.object({ id: invocationId }),
  answers: {
    200: {
      description: 'The oldest first.',
      content: { 'application/json': z.object({ items: z.array(deliveryDocument) }) },
    },
  },
  errors: ['InvocationNotFound'],
});

/** Formats a delivery. */
export function formatDelivery(known: KnownDelivery): z.input<typeof deliveryDocument> {
  const { attempts, delivery, doneAt, dueAt, failures, reason, state } = known;
  return {
    id: delivery.id,
    kind: delivery.receiver.kind,
    destination: whereTo(delivery.receiver),
    invocationId: delivery.invocationId,
    state,
    createdAt: iso(delivery.createdAt),
    failures,
    nextAttemptAt: iso(dueAt),
    doneAt: iso(doneAt),
    reason,
    attempts: attempts.map(({ at, durationMs, exchange, outcome, reason: why }) => ({
      at: iso(at),
      durationMs,
      outcome,
      reason: why,
      requestHeaders: exchange?.requestHeaders,
      response: exchange?.response,
    })),
    message: delivery.message.body,
  };
}

function whereTo(receiver: Receiver): string {
  if (receiver.kind === 'topic') return receiver.topicArn;
  return receiver.kind === 'callback' ? receiver.url : destinationOf({ receiver });
}
