import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../libs/core/access/caller.js';
import type { BegunAction } from '../../libs/engine/access/audit-trail.js';

const MAX_PATH_LENGTH = 1024;

/**
 * Returns what the audit records of a request. It leaves out query, headers and body, because they may hold secrets.
 */
export function auditedAction(
  { keyId, name, role }: Caller,
  action: string,
  { method = '', socket, url = '' }: IncomingMessage,
  requestId: string,
): BegunAction {
  return {
    ...(keyId !== undefined && { keyId }),
    callerName: name,
    role,
    action,
    method,
    path: pathOf(url).slice(0, MAX_PATH_LENGTH),
    ...(socket.remoteAddress !== undefined && { from: socket.remoteAddress }),
    requestId,
  };
}

/** Returns the path as the caller wrote it. For the framework, its verb was split off into a part of its own. */
function pathOf(url: string): string {
  return url.replace(/\?.*$/s, '').replace(/\/(?=:[a-z-]+$)/, '');
}
