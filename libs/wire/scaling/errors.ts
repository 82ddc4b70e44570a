import type { ErrorNames } from '../aws/error-names.js';

const VALIDATION = { type: 'ValidationException', status: 400 };

/** Application Auto Scaling's names for Ebb's errors. */
export const SCALING_ERRORS: ErrorNames = {
  InvalidRequest: VALIDATION,
  EndpointNotFound: VALIDATION,
  ScalableTargetNotFound: { type: 'ObjectNotFoundException', status: 400 },
  ScalingPolicyNotFound: { type: 'ObjectNotFoundException', status: 400 },
  ScheduledActionNotFound: { type: 'ObjectNotFoundException', status: 400 },
  LimitExceeded: { type: 'LimitExceededException', status: 400 },
  ResourceNotFound: { type: 'ResourceNotFoundException', status: 400 },
  TooManyTags: { type: 'TooManyTagsException', status: 400 },
  InvalidNextToken: { type: 'InvalidNextTokenException', status: 400 },
  AccessDenied: { type: 'AccessDeniedException', status: 400 },
  TooManyRequests: { type: 'ThrottlingException', status: 400 },
  UnknownOperation: { type: 'UnknownOperationException', status: 400 },
  BodyTooLarge: { type: 'RequestEntityTooLarge', status: 413 },
  StorageFull: { type: 'InternalServiceException', status: 500 },
  Unavailable: { type: 'InternalServiceException', status: 500 },
};
