import type { Place } from '../arn.js';
import type { Invocation } from '../invocation/invocation.js';
import type { Message } from './delivery.js';

/**
 * Returns the document that SageMaker publishes for a settled invocation, with its keys in SageMaker's order. Success
 * and failure have the same event name; receivers tell them apart by `invocationStatus`. `requestParameters` has only
 * the parameters that the caller sent.
 */
export function invocationNotification(invocation: Invocation, place: Place, response?: NotifiedResponse): Message {
  const completed = invocation.state === 'Completed';
  const responseParameters = { contentType: invocation.responseContentType, outputLocation: invocation.outputLocation };
  return {
    body: JSON.stringify({
      awsRegion: place.region,
      eventTime: new Date(invocation.settledAt ?? invocation.acceptedAt).toISOString(),
      receivedTime: new Date(invocation.acceptedAt).toISOString(),
      invocationStatus: completed ? 'Completed' : 'Failed',
      failureReason: completed ? undefined : invocation.failureReason,
      requestParameters: {
        accept: invocation.accept,
        contentType: invocation.contentType,
        customAttributes: invocation.customAttributes,
        endpointName: invocation.endpointName,
        inputLocation: invocation.inputLocation,
      },
      responseParameters: completed ? responseParameters : undefined,
      failureLocation: completed ? undefined : invocation.failureLocation,
      responseBody: response,
      inferenceId: invocation.inferenceId,
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    }),
  };
}

/** The largest response that a notification carries. */
export const MAX_NOTIFIED_RESPONSE_BYTES = 128 * 1024;

/** A model's response, as a notification carries it if the endpoint asks for it. */
export interface NotifiedResponse {
  readonly content: string;
  readonly message: string;
  readonly encoding: 'BASE64';
}

/** Returns a response as notifications carry it; `content` is base64. */
export function notifiedResponse(content: string): NotifiedResponse {
  return {
    content,
    message: 'Check S3 path location(if configured) or Cloudwatch for additional details.',
    encoding: 'BASE64',
  };
}

/** The message that goes to an endpoint's topics when it is created or updated, as in SageMaker. */
export const TEST_NOTIFICATION: Message = {
  body: JSON.stringify({ eventVersion: '1.0', eventSource: 'aws:sagemaker', eventName: 'TestNotification' }),
};
