import type { ErrorNames } from '../aws/error-names.js';

/** What SQS calls Ebb's errors; the queues' own errors come from the queues. */
export const SQS_ERRORS: ErrorNames = {
  InvalidRequest: { type: 'InvalidParameterValue', status: 400 },
  BodyTooLarge: { type: 'InvalidParameterValue', status: 400 },
  AccessDenied: { type: 'AccessDeniedException', queryCode: 'AccessDenied', status: 403 },
  TooManyRequests: { type: 'ThrottlingException', queryCode: 'Throttling', status: 400 },
  UnknownOperation: { type: 'InvalidAction', status: 400 },
  StorageFull: { type: 'ServiceUnavailable', status: 503 },
  Unavailable: { type: 'ServiceUnavailable', status: 503 },
};

/** Codes of the Query protocol that bear SQS's prefix; the others are as in the JSON protocol. */
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

/** An error's name in the Query protocol, which clients of both protocols tell errors apart by. */
export function queryErrorCode(jsonType: string, given: string | undefined): string {
  const code = given?.split(';')[0] ?? jsonType;
  const bare = code.slice(Math.max(code.lastIndexOf('#'), code.lastIndexOf('.')) + 1);
  if (bare === 'QueueNameExists') return 'QueueAlreadyExists';
  return PREFIXED.has(bare) ? PREFIX + bare : bare;
}
