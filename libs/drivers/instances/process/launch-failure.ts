import { EbbError } from '../../../core/errors.js';

/** The error codes of a machine without more disk space, files, processes or memory, or with a failing disk. */
const MACHINE_FAILURES = new Set<unknown>(['EAGAIN', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EROFS']);

/**
 * Returns the error for a launch that failed by `cause`: `Unavailable` if this machine is at fault,
 * `InstanceUnavailable` if the image may be at fault.
 */
export function launchFailure(what: string, cause: unknown): EbbError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isMachines = MACHINE_FAILURES.has(code);
  return new EbbError(isMachines ? 'Unavailable' : 'InstanceUnavailable', `${what}: ${message}.`, { cause });
}
