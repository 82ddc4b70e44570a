import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../libs/core/access/caller.js';
import type { BegunAction } from '../../libs/engine/access/audit-trail.js';

const MAX_PATH_LENGTH = 1024;

/** What the audit tells of a request: nothing of its query, headers and body, where secrets may be. */
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

/** As the caller wrote it: for the framework, a verb has become a part of its own. */
function pathOf(url: string): string {
  return url.replace(/\?.*$/s, '').replace(/\/(?=:[a-z-]+$)/, '');
}
