import { EbbError } from '../../../core/errors.js';

/** What a machine says that has no more to give (room on its disk, files, processes, memory), or whose disk fails. */
const MACHINE_FAILURES = new Set<unknown>(['EAGAIN', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EROFS']);

/** A launch that failed, by `cause`: `Unavailable` where this machine is at fault, `InstanceUnavailable` where it may be the image. */
export function launchFailure(what: string, cause: unknown): EbbError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isMachines = MACHINE_FAILURES.has(code);
  return new EbbError(isMachines ? 'Unavailable' : 'InstanceUnavailable', `${what}: ${message}.`, { cause });
}
