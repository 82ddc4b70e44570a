import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, with the whole of its body. */
export interface Received {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What to answer: a status with a document, or whatever is done with the response. */
export type Scripted =
  | { readonly status?: number; readonly document?: unknown; readonly headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

const NOTHING: Scripted = { status: 404, document: { code: 'UnknownOperation', detail: 'Nothing here.' } };

/** An HTTP server that answers as a test wants it to, and remembers what it was asked. */
export class ScriptedServer implements AsyncDisposable {
  readonly received: Received[] = [];

  private constructor(
    readonly url: string,
    private readonly close: () => Promise<void>,
  ) {}

  /** `answer` is asked for each request; what it answers nothing to is answered 404. */
  static async listen(answer: (request: Received) => Scripted | undefined): Promise<ScriptedServer> {
    const server = createServer((request, response) => {
      void answerTo(request, response);
    });
    const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const received = await read(request);
      scripted.received.push(received);
      reply(response, answer(received) ?? NOTHING);
    };
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const scripted = new ScriptedServer(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return scripted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part as string;
  const { headers, method = '', url = '' } = request;
  return { method, url, headers, body };
}

function reply(response: ServerResponse, scripted: Scripted): void {
  if (typeof scripted === 'function') {
    scripted(response);
    return;
  }
  const { document = {}, headers = {}, status = 200 } = scripted;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(document));
}
