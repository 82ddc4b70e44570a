import { describe, expect, it } from 'vitest';
import { type ErrorCode, EbbError } from '../../core/errors.js';
import { jsonError } from '../aws/aws-json.js';
import type { QueryFault } from '../aws/error-names.js';
import { toQueryError } from '../aws/query-error.js';
import {
  CLOUDWATCH_ERRORS,
  invalidCombination,
  invalidFormat,
  invalidValue,
  missingParameter,
  readParameters,
} from './errors.js';

describe('an error of Ebb’s', () => {
  it.each<[ErrorCode, number, string, string]>([
    ['InvalidRequest', 400, 'ValidationException', 'ValidationError'],
    ['InvalidNextToken', 400, 'InvalidNextToken', 'InvalidNextToken'],
    ['AlarmNotFound', 404, 'ResourceNotFound', 'ResourceNotFound'],
    ['ResourceNotFound', 404, 'ResourceNotFoundException', 'ResourceNotFoundException'],
    ['LimitExceeded', 400, 'LimitExceededFault', 'LimitExceeded'],
    ['AccessDenied', 403, 'AccessDeniedException', 'AccessDenied'],
    ['TooManyRequests', 400, 'ThrottlingException', 'Throttling'],
    ['UnknownOperation', 400, 'UnknownOperationException', 'InvalidAction'],
    ['BodyTooLarge', 413, 'RequestEntityTooLarge', 'RequestEntityTooLarge'],
    ['StorageFull', 500, 'InternalServiceFault', 'InternalServiceError'],
    ['Unavailable', 500, 'InternalServiceFault', 'InternalServiceError'],
    ['ModelNotFound', 500, 'InternalFailure', 'InternalFailure'],
  ])('with the code %s answers %i, as %s in JSON and %s in XML', (code, status, type, queryCode) => {
    const error = new EbbError(code, 'why');
    expect(jsonError(error, CLOUDWATCH_ERRORS)).toMatchObject({ status, errorType: type, queryCode });
    expect(toQueryError(error, CLOUDWATCH_ERRORS)).toMatchObject({ status, code: queryCode });
  });
});

describe('what is wrong with a parameter', () => {
  it.each<[(message: string) => QueryFault, string, string]>([
    [invalidValue, 'InvalidParameterValueException', 'InvalidParameterValue'],
    [invalidCombination, 'InvalidParameterCombinationException', 'InvalidParameterCombination'],
    [missingParameter, 'MissingRequiredParameterException', 'MissingParameter'],
    [invalidFormat, 'InvalidFormatFault', 'InvalidFormat'],
  ])('%o has one name in each protocol', (faultOf, type, queryCode) => {
    const fault = faultOf('why');
    const reply = jsonError(fault, CLOUDWATCH_ERRORS);
    expect(reply).toMatchObject({ status: 400, errorType: type, queryCode });
    expect(JSON.parse(reply.body)).toEqual({ __type: type, message: 'why' });
    expect(toQueryError(fault, CLOUDWATCH_ERRORS)).toMatchObject({ status: 400, code: queryCode, message: 'why' });
  });

  it('is told as an invalid value, with every violation, by calls about metrics', () => {
    expect(() =>
      readParameters({ A: 1 }, (request) => [request.requiredText('A'), request.requiredText('MetricName')]),
    ).toThrow(
      expect.objectContaining({
        code: 'InvalidParameterValue',
        message:
          "2 validation errors detected: Value '1' at 'a' failed to satisfy constraint: Member must be a string; " +
          "Value 'null' at 'metricName' failed to satisfy constraint: Member must not be null",
      }),
    );
  });

  it('is not confused with other errors', () => {
    const error = new EbbError('InvalidNextToken', 'no');
    const read = () =>
      readParameters({}, () => {
        throw error;
      });
    expect(read).toThrow(error);
  });
});
