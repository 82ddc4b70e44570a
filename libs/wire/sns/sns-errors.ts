import { EbbError } from '../../core/errors.js';
import type { ErrorNames } from '../aws/error-names.js';

/** The XML namespace of SNS's answers. */
export const SNS_NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** SNS's names for Ebb's errors. */
export const SNS_ERRORS: ErrorNames = {
  InvalidRequest: { type: 'InvalidParameter', status: 400 },
  BodyTooLarge: { type: 'InvalidParameter', status: 400 },
  InvalidNextToken: { type: 'InvalidParameter', status: 400 },
  AccessDenied: { type: 'AuthorizationError', status: 403 },
  TooManyRequests: { type: 'Throttling', status: 400 },
  UnknownOperation: { type: 'InvalidAction', status: 400 },
  TopicNotFound: { type: 'NotFound', status: 404 },
  SubscriptionNotFound: { type: 'NotFound', status: 404 },
  StorageFull: { type: 'InternalError', status: 503 },
  Unavailable: { type: 'InternalError', status: 503 },
};

/**
 * Returns the error for an invalid parameter in SNS's form: `Invalid parameter: `, the name, and optionally ` Reason: `
 * with the reason.
 */
export function invalidParameter(parameter: string, reason?: string): EbbError {
  const because = reason === undefined ? '' : ` Reason: ${reason}`;
  return new EbbError('InvalidRequest', `Invalid parameter: ${parameter}${because}`);
}

/** Returns the error for an unknown topic. */
export const topicNotFound = (): EbbError => new EbbError('TopicNotFound', 'Topic does not exist');
/** Returns the error for an unknown subscription. */
export const subscriptionNotFound = (): EbbError => new EbbError('SubscriptionNotFound', 'Subscription does not exist');
