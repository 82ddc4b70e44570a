import { describe, expect, test } from 'vitest';
import type { Invocation } from '../invocation/invocation.js';
import { TEST_NOTIFICATION, invocationNotification, notifiedResponse } from './invocation-notification.js';

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

  test.each(['Failed', 'Expired'] as const)('of %s says Failed, with the reason and the failure location', (state) => {
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

  test('has only the parameters that the caller sent and the container returned', () => {
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

  test('carries the response, if the endpoint asks for it, between the parameters and the id', () => {
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
