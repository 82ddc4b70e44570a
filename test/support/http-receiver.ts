import { once } from 'node:events';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One POST as a receiver got it. */
export interface ReceivedPost {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server that keeps what it is sent. */
export interface HttpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly ReceivedPost[];
  /** The first post, received already or yet to come, that `isWanted`. */
  next(isWanted: (post: ReceivedPost) => boolean): Promise<ReceivedPost>;
}

/** `answer` says what happens to the post with this number, counted from 0; unless told it is taken with a 200. */
export async function startHttpReceiver(
  answer: (response: ServerResponse, index: number) => void = (response) => response.end(),
): Promise<HttpReceiver> {
  const received: ReceivedPost[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    answer(response, received.length - 1);
    for (const look of waiting) look();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/receive`,
    received,
    next: (isWanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = received.find(isWanted);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
