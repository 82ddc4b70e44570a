import type { InvocationRequest } from '../../libs/core/invocation/invocation.js';
import type { Delivery } from '../../libs/core/delivery/delivery.js';
import type { Settlement } from '../../libs/core/ports/ledger.js';

/** The time in the contract suites. It is near the real time, for drivers whose service has its own clock. */
export const NOW = Date.now();
export const LEASED_UNTIL = NOW + 30_000;

/** Returns an id whose text sorts by `number`, as the ids of a clock do. */
export function sampleId(number: number): string {
  return `01980000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Returns a request without its optional fields. Numbers stand for the order of acceptance. */
export function sampleRequest(number: number, change: Partial<InvocationRequest> = {}): InvocationRequest {
  return {
    id: sampleId(number),
    inferenceId: `label-${number}`,
    endpointName: 'ocr',
    inputLocation: `s3://in/pages/${number}.png`,
    contentType: 'image/png',
    accept: 'application/json',
    customAttributes: 'trace="é", tenant=1',
    outputLocation: `s3://out/${number}.out`,
    failureLocation: `s3://out/${number}-error.out`,
    acceptedAt: NOW + number,
    expiresAt: NOW + number + 3_600_000,
    timeoutMs: 900_000,
    successTopic: 'arn:aws:sns:us-east-1:000000000000:done',
    errorTopic: 'arn:aws:sns:us-east-1:000000000000:failed',
    includeResponseIn: ['success'],
    ...change,
  };
}

/** Returns a request with all of its optional fields. */
export function bareRequest(number: number): InvocationRequest {
  return {
    id: sampleId(number),
    inferenceId: sampleId(number),
    endpointName: 'ocr',
    inputLocation: `s3://in/${number}`,
    outputLocation: `s3://out/${number}.out`,
    acceptedAt: NOW + number,
    expiresAt: NOW + number + 3_600_000,
    timeoutMs: 900_000,
    includeResponseIn: [],
  };
}

export function sampleDelivery(id: string, change: Partial<Delivery> = {}): Delivery {
  return {
    id,
    receiver: { kind: 'topic', topicArn: 'arn:aws:sns:us-east-1:000000000000:done' },
    message: { body: `{"delivery":"${id}"}`, subject: 'é', attributes: { kind: { type: 'String', value: 'x' } } },
    createdAt: NOW,
    ...change,
  };
}

export const COMPLETED: Settlement = {
  state: 'Completed',
  settledAt: NOW + 5_000,
  responseContentType: 'application/json',
};
