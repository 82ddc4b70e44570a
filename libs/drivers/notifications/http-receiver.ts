import { Agent, request } from 'undici';
import type { DeliveryResult } from '../../core/delivery/notification.js';
import type { Clock } from '../../core/ports/clock.js';
import { retryAfterMs } from './retry-after.js';

/** How much of a receiver's answer is read before its connection is given up; nobody looks at it. */
const MAX_RESPONSE_BYTES = 64 * 1024;
/** Connections to one receiver. */
const MAX_CONNECTIONS = 16;

/** One POST to a receiver. */
export interface HttpPost {
  /** May carry credentials (`https://user:password@host/`), which become basic authentication, as with SNS. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts to HTTP receivers and reads from the status what became of it. Redirects are not followed. */
export class HttpReceiver {
  private readonly agent = new Agent({ connections: MAX_CONNECTIONS });

  constructor(private readonly clock: Clock) {}

  /** Rejects only when `signal` is aborted before the receiver has answered. */
  async post(post: HttpPost, signal: AbortSignal): Promise<DeliveryResult> {
    try {
      const url = new URL(post.url);
      const headers = { ...post.headers, ...basicAuthorization(url) };
      const response = await request(url, { method: 'POST', headers, body: post.body, signal, dispatcher: this.agent });
      // The answer's body says nothing that the status does not: a failure to read it is not a failed delivery.
      await response.body.dump({ limit: MAX_RESPONSE_BYTES, signal }).catch(() => undefined);
      return this.resultOf(response.statusCode, response.headers['retry-after']);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { kind: 'failed', reason: `The receiver could not be reached: ${messageOf(error)}` };
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  /** As SNS has it: an answer of the 4xx kind is the receiver's last word, except 429. */
  private resultOf(status: number, retryAfter: string | string[] | undefined): DeliveryResult {
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    const reason = `The receiver answered ${status}`;
    if (status >= 400 && status < 500 && status !== 429) return { kind: 'undeliverable', reason };
    return { kind: 'failed', reason, retryAfterMs: retryAfterMs(retryAfter, this.clock.now()) };
  }
}

/** Takes the credentials out of the URL. */
function basicAuthorization(url: URL): { authorization?: string } {
  if (url.username === '' && url.password === '') return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || ((error as { code?: string }).code ?? error.name) : String(error);
}
