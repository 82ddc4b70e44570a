import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallerGone } from './caller-gone.js';

/**
 * Returns a signal that is aborted with `CallerGone` when the connection closes before the answer is complete. A
 * response that waits behind another on its connection does not hear that the connection closes, so both are listened
 * to.
 */
export function goneSignal({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => {
    socket.off('close', leave);
    if (!response.writableFinished) gone.abort(new CallerGone());
  };
  // A client may have any number of requests under way on one connection.
  socket.setMaxListeners(0);
  response.once('close', leave);
  socket.once('close', leave);
  if (socket.destroyed) leave();
  return gone.signal;
}
