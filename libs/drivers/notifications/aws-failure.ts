import type { DeliveryResult } from '../../core/delivery/delivery-attempt.js';

/**
 * The errors with which SNS and SQS refuse a message permanently. All other errors are worth another try: outages and
 * throttling pass, and an operator may mend credentials and permissions within the day that a delivery lives.
 */
const PERMANENT: ReadonlySet<string> = new Set([
  'NotFound',
  'NotFoundException',
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'ParameterValueInvalid',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'InvalidMessageContents',
  'InvalidAttributeValue',
  'UnsupportedOperation',
]);

/** Reads an AWS SDK's error as the result of a delivery. */
export function failureOf(error: unknown): DeliveryResult {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const reason = message === '' ? name : `${name}: ${message}`;
  return { kind: PERMANENT.has(name) ? 'undeliverable' : 'failed', reason };
}
