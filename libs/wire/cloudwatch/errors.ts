import { isEbbError } from '../../core/errors.js';
import { type ErrorNames, QueryFault } from '../aws/error-names.js';
import { Members } from '../aws/members.js';

/** The XML namespace of CloudWatch's answers. */
export const CLOUDWATCH_NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';

/** CloudWatch's names for Ebb's errors: for its JSON protocol, and for the Query protocol if they differ. */
export const CLOUDWATCH_ERRORS: ErrorNames = {
  InvalidRequest: { type: 'ValidationException', queryCode: 'ValidationError', status: 400 },
  InvalidNextToken: { type: 'InvalidNextToken', status: 400 },
  AlarmNotFound: { type: 'ResourceNotFound', status: 404 },
  ResourceNotFound: { type: 'ResourceNotFoundException', status: 404 },
  LimitExceeded: { type: 'LimitExceededFault', queryCode: 'LimitExceeded', status: 400 },
  AccessDenied: { type: 'AccessDeniedException', queryCode: 'AccessDenied', status: 403 },
  TooManyRequests: { type: 'ThrottlingException', queryCode: 'Throttling', status: 400 },
  UnknownOperation: { type: 'UnknownOperationException', queryCode: 'InvalidAction', status: 400 },
  BodyTooLarge: { type: 'RequestEntityTooLarge', status: 413 },
  StorageFull: { type: 'InternalServiceFault', queryCode: 'InternalServiceError', status: 500 },
  Unavailable: { type: 'InternalServiceFault', queryCode: 'InternalServiceError', status: 500 },
};

/**
 * Returns the error for a wrong value. Calls about metrics have error names of their own for parameters; calls about
 * alarms do not.
 */
export function invalidValue(message: string): QueryFault {
  return new QueryFault('InvalidParameterValue', message, 400, 'InvalidParameterValueException');
}

/** Returns the error for parameters that exclude each other. */
export function invalidCombination(message: string): QueryFault {
  return new QueryFault('InvalidParameterCombination', message, 400, 'InvalidParameterCombinationException');
}

/** Returns the error for a missing parameter. */
export function missingParameter(message: string): QueryFault {
  return new QueryFault('MissingParameter', message, 400, 'MissingRequiredParameterException');
}

/** Returns the error for text in a wrong format. */
export function invalidFormat(message: string): QueryFault {
  return new QueryFault('InvalidFormat', message, 400, 'InvalidFormatFault');
}

/** Reads the request of a call about metrics. Raises `InvalidParameterValue` with every violation. */
export function readParameters<T>(body: Readonly<Record<string, unknown>>, read: (request: Members) => T): T {
  try {
    return Members.read(body, read);
  } catch (error) {
    throw isEbbError(error, 'InvalidRequest') ? invalidValue(error.message) : error;
  }
}
