import { type RequestListener, type Server, type ServerOptions, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { ConnectionLimits } from '../../libs/host/listening.js';
import { askedByForeignName, sentByForeignPage } from './foreign-page.js';
import type { FrontDoor } from './front-door.js';
import { SlowClients } from './slow-clients.js';

/** Idle connections are kept a little longer than the SDKs keep theirs, so that it is they who close. */
const KEEP_ALIVE_MS = 75_000;
/** Presigned URLs and session tokens are long; nothing that Ebb takes in a header is. */
const MAX_HEAD_BYTES = 16_384;
const MAX_HEADERS = 200;
/** How often heads that are late are looked for. */
const LONGEST_CHECK_MS = 5_000;

/** What the front server is made of. */
export interface FrontServerParts {
  /** Nest makes the server before its providers exist: the door is there later. */
  readonly door: () => FrontDoor | undefined;
  readonly native: RequestListener;
  readonly limits: ConnectionLimits;
  /** Certificate and key; absent means plain HTTP. */
  readonly tls?: SecureContextOptions;
  /** Whether whoever reaches it may do everything. */
  readonly isOpen: boolean;
  readonly publicUrl?: string;
}

/** The server of the one URL, which keeps within its limits whoever comes. */
export function createFrontServer({ door, native, limits, tls, isOpen, publicUrl }: FrontServerParts): Server {
  const options: ServerOptions = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs / 2, LONGEST_CHECK_MS),
    maxHeaderSize: MAX_HEAD_BYTES,
    // A gigabyte may take its time, so that bodies are judged by their pace.
    requestTimeout: 0,
  };
  const server = tls
    ? createSecureServer({ ...options, ...tls, handshakeTimeout: limits.headersTimeoutMs })
    : createServer(options);
  server.maxConnections = limits.maxConnections;
  // Those beyond are dropped in silence, so that one more is let in to be noticed.
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
