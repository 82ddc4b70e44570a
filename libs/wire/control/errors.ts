import type { ErrorNames } from '../aws/error-names.js';

/** The control plane uses `ValidationException` for nearly every error; clients tell errors apart by the message. */
const VALIDATION = { type: 'ValidationException', status: 400 };

/** The control plane's names for Ebb's errors. */
export const CONTROL_ERRORS: ErrorNames = {
  InvalidRequest: VALIDATION,
  InvalidNextToken: VALIDATION,
  ModelNotFound: VALIDATION,
  EndpointConfigNotFound: VALIDATION,
  EndpointNotFound: VALIDATION,
  EndpointNotReady: VALIDATION,
  AlreadyExists: VALIDATION,
  ChangeInProgress: VALIDATION,
  WrongInferenceType: VALIDATION,
  AccessDenied: { type: 'AccessDeniedException', status: 400 },
  TooManyRequests: { type: 'ThrottlingException', status: 400 },
  UnknownOperation: { type: 'UnknownOperationException', status: 400 },
  BodyTooLarge: { type: 'RequestEntityTooLarge', status: 413 },
  StorageFull: { type: 'ServiceUnavailable', status: 503 },
  Unavailable: { type: 'ServiceUnavailable', status: 503 },
};
