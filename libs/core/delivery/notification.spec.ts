import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Invocation } from '../invocation/invocation.js';
import {
  DELIVERY_WINDOW_MS,
  type Delivery,
  TEST_NOTIFICATION,
  invocationNotification,
  nextDeliveryAt,
  notifiedResponse,
} from './notification.js';

const PLACE = { accountId: '111122223333', region: 'eu-west-1' } as const;

const COMPLETED: Invocation = {
  id: '0197-1',
  inferenceId: 'label',
  endpointName: 'reader',
  inputLocation: 's3://in/1',
  contentType: 'image/png',
  accept: 'application/json',
  customAttributes: 'tenant=7',
  outputLocation: 's3://out/1.out',
  failureLocation: 's3://out/1-error.out',
  acceptedAt: Date.UTC(2026, 0, 25, 22, 45, 59, 8),
  expiresAt: Infinity,
  timeoutMs: 1,
  includeResponseIn: [],
  state: 'Completed',
  attempt: 1,
  brokenAttempts: 0,
  settledAt: Date.UTC(2026, 0, 25, 22, 46, 0, 608),
  responseContentType: 'text/plain',
};

describe('the notification', () => {
  test('of a success is the document that SageMaker publishes, key by key', () => {
    expect(invocationNotification(COMPLETED, PLACE)).toEqual({
      body:
        '{"awsRegion":"eu-west-1","eventTime":"2026-01-25T22:46:00.608Z","receivedTime":"2026-01-25T22:45:59.008Z",' +
        '"invocationStatus":"Completed","requestParameters":{"accept":"application/json","contentType":"image/png",' +
        '"customAttributes":"tenant=7","endpointName":"reader","inputLocation":"s3://in/1"},"responseParameters":' +
        '{"contentType":"text/plain","outputLocation":"s3://out/1.out"},"inferenceId":"label","eventVersion":"1.0",' +
        '"eventSource":"aws:sagemaker","eventName":"InferenceResult"}',
    });
  });

  test.each(['Failed', 'Expired'] as const)('of one that is %s says Failed, why, and where to look', (state) => {
    const failed: Invocation = {
      ...COMPLETED,
      state,
      failureReason: 'ClientError: No.',
      responseContentType: undefined,
    };
    expect(JSON.parse(invocationNotification(failed, PLACE).body)).toEqual({
      awsRegion: 'eu-west-1',
      eventTime: '2026-01-25T22:46:00.608Z',
      receivedTime: '2026-01-25T22:45:59.008Z',
      invocationStatus: 'Failed',
      failureReason: 'ClientError: No.',
      requestParameters: {
        accept: 'application/json',
        contentType: 'image/png',
        customAttributes: 'tenant=7',
        endpointName: 'reader',
        inputLocation: 's3://in/1',
      },
      failureLocation: 's3://out/1-error.out',
      inferenceId: 'label',
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    });
  });

  test('has only what the caller sent and the container said', () => {
    const bare: Invocation = {
      ...COMPLETED,
      accept: undefined,
      contentType: undefined,
      customAttributes: undefined,
      responseContentType: undefined,
    };
    const { requestParameters, responseParameters } = JSON.parse(invocationNotification(bare, PLACE).body);
    expect(requestParameters).toEqual({ endpointName: 'reader', inputLocation: 's3://in/1' });
    expect(responseParameters).toEqual({ outputLocation: 's3://out/1.out' });
  });

  test('carries the response, between the parameters and the id, where it is to', () => {
    const { body } = invocationNotification(COMPLETED, PLACE, notifiedResponse('aGk='));
    expect(body).toContain(
      '"responseBody":{"content":"aGk=","message":"Check S3 path location(if configured) or Cloudwatch for additional ' +
        'details.","encoding":"BASE64"},"inferenceId"',
    );
  });

  test('that tests a topic is the one that SageMaker sends', () => {
    expect(TEST_NOTIFICATION.body).toBe(
      '{"eventVersion":"1.0","eventSource":"aws:sagemaker","eventName":"TestNotification"}',
    );
  });
});

function minutes(count: number): number {
  return count * 60_000;
}

describe('a delivery that failed', () => {
  const delivery: Delivery = {
    id: 'd',
    receiver: { kind: 'topic', topicArn: 'arn' },
    message: { body: '' },
    createdAt: 0,
  };

  test.each([
    [1, 500, 1_000],
    [2, 1_000, 2_000],
    [5, 8_000, 16_000],
    [10, 256_000, 512_000],
    [11, minutes(7.5), minutes(15)],
    [1_000, minutes(7.5), minutes(15)],
  ])('%i times waits from %i to %i ms, as chance will have it', (failures, least, most) => {
    expect(nextDeliveryAt(delivery, failures, 0, 0)).toBe(least);
    expect(nextDeliveryAt(delivery, failures, 0, 1)).toBe(most);
  });

  test('waits as long as the receiver asks, if that is longer', () => {
    expect(nextDeliveryAt(delivery, 1, 1_000, 0.5, 60_000)).toBe(61_000);
    expect(nextDeliveryAt(delivery, 10, 1_000, 1, 60_000)).toBe(513_000);
  });

  test('is tried for a day and then no more', () => {
    expect(nextDeliveryAt(delivery, 1, DELIVERY_WINDOW_MS - 1_000, 1)).toBe(DELIVERY_WINDOW_MS);
    expect(nextDeliveryAt(delivery, 1, DELIVERY_WINDOW_MS - 999, 1)).toBeUndefined();
    expect(nextDeliveryAt(delivery, 1, 0, 0, DELIVERY_WINDOW_MS + 1)).toBeUndefined();
  });

  test('is tried later than now and within the day, always', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 0, max: DELIVERY_WINDOW_MS }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 2 * DELIVERY_WINDOW_MS }), { nil: undefined }),
        (failures, now, chance, retryAfterMs) => {
          const at = nextDeliveryAt(delivery, failures, now, chance, retryAfterMs);
          const earliest = now + Math.max(500, retryAfterMs ?? 0);
          expect(at === undefined || (at >= earliest && at <= DELIVERY_WINDOW_MS)).toBe(true);
        },
      ),
    );
  });
});
