import type { ErrorNames } from '../aws/error-names.js';

/** SQS's names for Ebb's errors. Errors of the queues come from the queues themselves. */
export const SQS_ERRORS: ErrorNames = {
  InvalidRequest: { type: 'InvalidParameterValue', status: 400 },
  BodyTooLarge: { type: 'InvalidParameterValue', status: 400 },
  AccessDenied: { type: 'AccessDeniedException', queryCode: 'AccessDenied', status: 403 },
  TooManyRequests: { type: 'ThrottlingException', queryCode: 'Throttling', status: 400 },
  UnknownOperation: { type: 'InvalidAction', status: 400 },
  StorageFull: { type: 'ServiceUnavailable', status: 503 },
  Unavailable: { type: 'ServiceUnavailable', status: 503 },
};

/** Codes that have SQS's prefix in the Query protocol. The other codes are the same as in the JSON protocol. */
const PREFIXED: ReadonlySet<string> = new Set([
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'MessageNotInflight',
  'NonExistentQueue',
  'PurgeQueueInProgress',
  'QueueDeletedRecently',
  'TooManyEntriesInBatchRequest',
  'UnsupportedOperation',
]);
const PREFIX = 'AWS.SimpleQueueService.';

/** Returns an error's code in the Query protocol, by which clients of both protocols tell errors apart. */
export function queryErrorCode(jsonType: string, given: string | undefined): string {
  const code = given?.split(';')[0] ?? jsonType;
  const bare = code.slice(Math.max(code.lastIndexOf('#'), code.lastIndexOf('.')) + 1);
  if (bare === 'QueueNameExists') return 'QueueAlreadyExists';
  return PREFIXED.has(bare) ? PREFIX + bare : bare;
}
