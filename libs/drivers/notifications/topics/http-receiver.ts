import type { DeliveryResult } from '../../../core/delivery/delivery-attempt.js';
import { messageOf } from '../../../core/errors.js';
import { Agent, request } from 'undici';
import type { Clock } from '../../../core/ports/clock.js';
import { retryAfterMs } from '../retry-after.js';

/** The most bytes of a receiver's answer that are read before its connection is closed. They are discarded. */
const MAX_RESPONSE_BYTES = 64 * 1024;
/** The most connections to one receiver. */
const MAX_CONNECTIONS = 16;

/** One POST to a receiver. */
export interface HttpPost {
  /** May carry credentials (`https://user:password@host/`), which become basic authentication, as with SNS. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts to HTTP receivers and derives the result from the status. Redirects are not followed. */
export class HttpReceiver {
  private readonly agent = new Agent({ connections: MAX_CONNECTIONS });

  constructor(private readonly clock: Clock) {}

  /** Posts once. Rejects only if `signal` is aborted before the receiver has answered. */
  async post(post: HttpPost, signal: AbortSignal): Promise<DeliveryResult> {
    try {
      const url = new URL(post.url);
      const headers = { ...post.headers, ...basicAuthorization(url) };
      const response = await request(url, { method: 'POST', headers, body: post.body, signal, dispatcher: this.agent });
      // The body adds nothing to the status, so a failure to read it is not a failed delivery.
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

  /** Derives the result from the status as SNS does: a 4xx answer is final, except 429. */
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
