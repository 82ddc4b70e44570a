import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionLimits } from '../../libs/host/listening.js';

/** How often the pace of a body is checked within one stall time. */
const LOOKS_PER_STALL = 4;
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** The number of requests on a connection that are not answered yet. */
const UNANSWERED = Symbol('unanswered');
type WatchedSocket = Socket & { [UNANSWERED]?: number };

/** A body that is still arriving, and its progress since it last came fast enough. */
interface Arrival {
  readonly response: ServerResponse;
  bytesBefore: number;
  looks: number;
}

/**
 * Closes connections whose client holds them up: it sends a body at a trickle, goes on with a refused body, or does not
 * read its answer. A body may take hours if it keeps its pace. Time in which Ebb itself does not read does not count.
 */
export class SlowClients {
  private readonly arrivals = new Map<IncomingMessage, Arrival>();
  private readonly minBytesPerStall: number;
  private readonly timer: NodeJS.Timeout;

  constructor({ minBodyBytesPerSecond, stallMs }: Pick<ConnectionLimits, 'minBodyBytesPerSecond' | 'stallMs'>) {
    this.minBytesPerStall = (minBodyBytesPerSecond * stallMs) / 1000;
    this.timer = setInterval(() => this.look(), stallMs / LOOKS_PER_STALL).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Watches one request. The server calls this for every request as it arrives. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    const socket: WatchedSocket = request.socket;
    const isArriving = hasBody(request);
    socket[UNANSWERED] = (socket[UNANSWERED] ?? 0) + 1;
    if (isArriving) this.arrivals.set(request, { response, bytesBefore: socket.bytesRead, looks: 0 });
    // Only one listener for each request, because there are tens of thousands of requests a second.
    response.once('close', () => {
      socket[UNANSWERED]! -= 1;
      // A body that goes on after its answer is watched until it is complete or its connection has closed.
      if (isArriving && (request.complete || socket.destroyed)) this.arrivals.delete(request);
    });
  }

  /** Judges a connection on which no bytes have gone either way for the stall time. The server calls this for each. */
  idle(socket: Socket): void {
    const isAnswering = ((socket as WatchedSocket)[UNANSWERED] ?? 0) > 0;
    // While Ebb works on an answer, the client has nothing to send.
    if (!isAnswering || socket.writableLength > 0) socket.destroy();
  }

  private look(): void {
    for (const [request, arrival] of this.arrivals) {
      if (request.destroyed || request.socket.destroyed || (request.complete && arrival.response.closed)) {
        this.arrivals.delete(request);
        continue;
      }
      const { bytesRead } = request.socket;
      const isEnough = bytesRead - arrival.bytesBefore >= this.minBytesPerStall;
      // After the answer, the rest of the body is read only so that a slow client gets to read the answer.
      const isWanted = !arrival.response.writableFinished;
      if (request.complete || (isWanted && (isEnough || waitsForEbb(request)))) {
        arrival.bytesBefore = bytesRead;
        arrival.looks = 0;
      } else if (++arrival.looks >= LOOKS_PER_STALL) this.cut(request, arrival);
    }
  }

  private cut(request: IncomingMessage, { response }: Arrival): void {
    this.arrivals.delete(request);
    const { socket } = request;
    if (response.headersSent || !socket.writable) socket.destroy();
    else socket.end(TOO_SLOW, () => socket.destroy());
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the buffer of the request is full, so that the client waits for Ebb. */
function waitsForEbb(request: IncomingMessage): boolean {
  return request.readableLength >= request.readableHighWaterMark;
}
