import { EbbError } from '../../../core/errors.js';

/** `InstanceUnavailable`, with what has become of the instance. */
export function unavailable(instanceId: string, what: string, cause?: unknown): EbbError {
  return new EbbError('InstanceUnavailable', `Instance ${instanceId} ${what}.`, { cause });
}
