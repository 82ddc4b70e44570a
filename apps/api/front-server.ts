import { type RequestListener, type Server, type ServerOptions, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { ConnectionLimits } from '../../libs/host/listening.js';
import { askedByForeignName, sentByForeignPage } from './foreign-page.js';
import type { FrontDoor } from './front-door.js';
import { SlowClients } from './slow-clients.js';

/** How long an idle connection stays open: a little longer than in the SDKs, so that the client closes first. */
const KEEP_ALIVE_MS = 75_000;
/** The longest request head. Presigned URLs and session tokens are long; all other headers that Ebb takes are short. */
const MAX_HEAD_BYTES = 16_384;
const MAX_HEADERS = 200;
/** The longest time between two checks for late request heads. */
const LONGEST_CHECK_MS = 5_000;

/** The parts and settings of the front server. */
export interface FrontServerParts {
  /** Returns the door. Nest makes the server before its providers exist, so the door is absent at first. */
  readonly door: () => FrontDoor | undefined;
  readonly native: RequestListener;
  readonly limits: ConnectionLimits;
  /** Certificate and key; absent means plain HTTP. */
  readonly tls?: SecureContextOptions;
  /** Whether everyone who reaches the server may do everything, because no credentials are needed. */
  readonly isOpen: boolean;
  readonly publicUrl?: string;
}

/** Creates the server of the one URL, which limits connections, heads and slow clients. */
export function createFrontServer({ door, native, limits, tls, isOpen, publicUrl }: FrontServerParts): Server {
  const options: ServerOptions = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs / 2, LONGEST_CHECK_MS),
    maxHeaderSize: MAX_HEAD_BYTES,
    // A request as a whole has no time limit, because a gigabyte takes long: `SlowClients` judges bodies by their pace.
    requestTimeout: 0,
  };
  const server = tls
    ? createSecureServer({ ...options, ...tls, handshakeTimeout: limits.headersTimeoutMs })
    : createServer(options);
  server.maxConnections = limits.maxConnections;
  // Node drops headers beyond this number silently. One more is let in, so that a request with too many is refused
  // below.
  server.maxHeadersCount = MAX_HEADERS + 1;
  const slowClients = new SlowClients(limits);
  server.setTimeout(limits.stallMs, (socket) => slowClients.idle(socket));
  server.once('close', () => slowClients.stop());
  server.on('request', (request, response) => {
    if (request.rawHeaders.length > 2 * MAX_HEADERS) {
      response.writeHead(431, { connection: 'close' }).end();
      return;
    }
    slowClients.watch(request, response);
    const refusal = sentByForeignPage(request) ?? (isOpen ? askedByForeignName(request, publicUrl) : undefined);
    if (refusal !== undefined) {
      response.writeHead(403, { connection: 'close', 'content-type': 'text/plain' }).end(`${refusal}\n`);
      return;
    }
    const current = door();
    if (current) current.handle(request, response, native);
    else native(request, response);
  });
  return server;
}
