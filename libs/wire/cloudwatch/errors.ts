import { isEbbError } from '../../core/errors.js';
import { type ErrorNames, QueryFault } from '../aws/error-names.js';
import { Members } from '../aws/members.js';

export const CLOUDWATCH_NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';

/** CloudWatch's names for Ebb's errors: those of its JSON protocol, and those of the Query protocol where they differ. */
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

/** Calls about metrics, other than those about alarms, say what is wrong with a parameter in names of their own. */
export function invalidValue(message: string): QueryFault {
  return new QueryFault('InvalidParameterValue', message, 400, 'InvalidParameterValueException');
}

export function invalidCombination(message: string): QueryFault {
  return new QueryFault('InvalidParameterCombination', message, 400, 'InvalidParameterCombinationException');
}

export function missingParameter(message: string): QueryFault {
  return new QueryFault('MissingParameter', message, 400, 'MissingRequiredParameterException');
}

export function invalidFormat(message: string): QueryFault {
  return new QueryFault('InvalidFormat', message, 400, 'InvalidFormatFault');
}

/** Reads the request of a call about metrics; raises `InvalidParameterValue` with every violation. */
export function readParameters<T>(body: Readonly<Record<string, unknown>>, read: (request: Members) => T): T {
  try {
    return Members.read(body, read);
  } catch (error) {
    throw isEbbError(error, 'InvalidRequest') ? invalidValue(error.message) : error;
  }
}
