import { EbbError } from '../../../core/errors.js';

/** Returns `InstanceUnavailable`, which says what happened to the instance. */
export function unavailable(instanceId: string, what: string, cause?: unknown): EbbError {
  return new EbbError('InstanceUnavailable', `Instance ${instanceId} ${what}.`, { cause });
}
