import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionLimits } from '../../libs/host/listening.js';

/** A body's pace is looked at so often within the time that it is judged by. */
const LOOKS_PER_STALL = 4;
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** How many requests a connection has that are not answered. */
const UNANSWERED = Symbol('unanswered');
type WatchedSocket = Socket & { [UNANSWERED]?: number };

/** A body on its way, since it was last found to come fast enough. */
interface Arrival {
  readonly response: ServerResponse;
  bytesBefore: number;
  looks: number;
}

/**
 * Cuts connections whose other end holds them up: that sends a body at a trickle, or goes on with one that was refused, or
 * does not read its answer. A body may take hours as long as it goes on, and the time in which it is Ebb that does not read
 * counts for nothing.
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

  /** To be told of every request as it comes. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    const socket: WatchedSocket = request.socket;
    const isArriving = hasBody(request);
    socket[UNANSWERED] = (socket[UNANSWERED] ?? 0) + 1;
    if (isArriving) this.arrivals.set(request, { response, bytesBefore: socket.bytesRead, looks: 0 });
    // One listener a request: there are tens of thousands a second.
    response.once('close', () => {
      socket[UNANSWERED]! -= 1;
      // What goes on after the answer is looked at until it has come, or its connection has gone.
      if (isArriving && (request.complete || socket.destroyed)) this.arrivals.delete(request);
    });
  }

  /** To be told of every connection on which nothing has gone either way for a while. */
  idle(socket: Socket): void {
    const isAnswering = ((socket as WatchedSocket)[UNANSWERED] ?? 0) > 0;
    // While Ebb itself works on an answer, there is nothing for the other end to do.
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
      // What goes on after the answer is read only so that a slow client comes to read that.
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

/** Whether as much has come as is taken before somebody reads it. */
function waitsForEbb(request: IncomingMessage): boolean {
  return request.readableLength >= request.readableHighWaterMark;
}
