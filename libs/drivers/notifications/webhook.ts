import type { DeliveryExchange, DeliveryResult } from '../../core/delivery/delivery-attempt.js';
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { type LookupFunction, isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, type Dispatcher, request } from 'undici';
import { EbbError, messageOf } from '../../core/errors.js';
import type { Delivery } from '../../core/delivery/delivery.js';
import type { Clock } from '../../core/ports/clock.js';
import { Notifications } from '../../core/ports/notifications.js';
import { AddressGuard, RefusedAddress } from './webhook/address-guard.js';
import { retryAfterMs } from './retry-after.js';
import { ATTEMPT_LIMIT_MS, AttemptTimeout, withTimeLimit } from './time-limit.js';

/**
 * The most bytes of an answer that are read before its connection is closed, and how many of them are kept on record.
 */
const MAX_RESPONSE_BYTES = 64 * 1024;
const KEPT_RESPONSE_BYTES = 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** The most connections to one receiver. */
const MAX_CONNECTIONS = 16;
const MAX_URL_LENGTH = 2048;

type Resolve = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The settings of the callbacks' driver. */
export interface WebhookOptions {
  /** Networks and hosts that are not public but may receive callbacks. */
  readonly allowed: readonly string[];
  /** Returns the current secrets for callbacks of an access key, or of callers without a key. Each secret signs. */
  readonly secretsOf: (keyId: string | undefined, signal: AbortSignal) => Promise<readonly string[]>;
  readonly userAgent: string;
  readonly attemptLimitMs?: number;
  /** The system's resolver by default. */
  readonly resolve?: Resolve;
}

/**
 * Posts to callback URLs, signed as Standard Webhooks demands. Ebb connects only to public addresses and to addresses
 * that the operator lists. It checks the address that it connects to, so DNS rebinding does not get through. Redirects
 * are not followed. A 410 ends the delivery; any other answer but 2xx is tried again.
 */
export class WebhookNotifications extends Notifications {
  private readonly guard: AddressGuard;
  private readonly agent: Agent;

  constructor(
    private readonly clock: Clock,
    private readonly options: WebhookOptions,
  ) {
    super();
    this.guard = new AddressGuard(options.allowed);
    const connect = { lookup: this.lookup(options.resolve ?? resolveBySystem) };
    this.agent = new Agent({ connections: MAX_CONNECTIONS, maxHeaderSize: MAX_HEADER_BYTES, connect });
  }

  /**
   * Raises `InvalidRequest` with the rule that a callback URL breaks. The addresses of its name are checked at each
   * connection.
   */
  override checkCallbackUrl(text: string): void {
    if (text.length > MAX_URL_LENGTH) refuse(`must have at most ${MAX_URL_LENGTH} characters`);
    const url = URL.canParse(text) ? new URL(text) : refuse('must be an http or https URL');
    if (url.protocol !== 'http:' && url.protocol !== 'https:') refuse('must be an http or https URL');
    if (url.username !== '' || url.password !== '') refuse('must not hold credentials');
    if (url.hash !== '') refuse('must not hold a fragment');
    try {
      this.checkLiteral(url);
    } catch (error) {
      refuse((error as Error).message);
    }
  }

  async deliver(delivery: Delivery, signal?: AbortSignal): Promise<DeliveryResult> {
    const { receiver } = delivery;
    if (receiver.kind !== 'callback')
      return { kind: 'undeliverable', reason: 'Only a callback can be posted to a callback URL' };
    const limitMs = this.options.attemptLimitMs ?? ATTEMPT_LIMIT_MS;
    let requestHeaders: Record<string, string> = {};
    try {
      return await withTimeLimit(
        async (limited) => {
          requestHeaders = await this.headersFor(delivery, receiver.keyId, limited);
          return this.post(new URL(receiver.url), requestHeaders, delivery.message.body, limited);
        },
        limitMs,
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      const exchange = { requestHeaders: withoutSecrets(requestHeaders) };
      return { kind: 'failed', reason: reasonOf(error), exchange };
    }
  }

  /** Cuts the connections to receivers. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async headersFor(
    { id, message }: Delivery,
    keyId: string | undefined,
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    const secrets = await this.options.secretsOf(keyId, signal);
    const at = new Date(this.clock.now());
    return {
      'content-type': 'application/json',
      'user-agent': this.options.userAgent,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, message.body)).join(' '),
    };
  }

  private async post(
    url: URL,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<DeliveryResult> {
    // A literal address is not looked up, so the connector would not check it.
    this.checkLiteral(url);
    const response = await request(url, { method: 'POST', headers, body, signal, dispatcher: this.agent });
    const exchange: DeliveryExchange = {
      requestHeaders: withoutSecrets(headers),
      response: {
        status: response.statusCode,
        headers: plainHeaders(response.headers),
        body: await readStart(response.body),
      },
    };
    return { ...this.resultOf(response), exchange };
  }

  private resultOf({ headers, statusCode }: Dispatcher.ResponseData): DeliveryResult {
    if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
    if (statusCode === 410) return { kind: 'undeliverable', reason: 'The receiver answered 410: it is gone' };
    const note = statusCode >= 300 && statusCode < 400 ? ', and redirects are not followed' : '';
    const wish = retryAfterMs(headers['retry-after'], this.clock.now());
    const reason = `The receiver answered ${statusCode}${note}`;
    return { kind: 'failed', reason, ...(wish !== undefined && { retryAfterMs: wish }) };
  }

  private checkLiteral({ hostname }: URL): void {
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0) this.guard.check(literal, literal);
  }

  /** Returns a lookup that gives the connection only the allowed addresses of a name. */
  private lookup(resolve: Resolve): LookupFunction {
    return (hostname, { all }, callback) => {
      resolve(hostname, (error, addresses) => {
        if (error) return callback(error, '', 0);
        try {
          const allowed = this.guard.choose(addresses, hostname);
          if (all) callback(null, allowed);
          else callback(null, allowed[0]!.address, allowed[0]!.family);
        } catch (refusal) {
          callback(refusal as NodeJS.ErrnoException, '', 0);
        }
      });
    };
  }
}

function refuse(rule: string): never {
  throw new EbbError('InvalidRequest', `Callback-Url: ${rule}.`);
}

function resolveBySystem(hostname: string, callback: Parameters<Resolve>[1]): void {
  systemLookup(hostname, { all: true }, callback);
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  // A signature on record could be used to send the same message again within its time.
  return { ...headers, ...(headers['webhook-signature'] !== undefined && { 'webhook-signature': 'v1,…' }) };
}

function plainHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && name !== 'set-cookie');
  return Object.fromEntries(kept.map(([name, value]) => [name, [value].flat().join(', ')]));
}

/** Reads the beginning of an answer as text. The rest is not needed, nor the reason if it does not arrive. */
async function readStart(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length;
      if (bytes - (chunk as Buffer).length < KEPT_RESPONSE_BYTES) chunks.push(chunk as Buffer);
      if (bytes > MAX_RESPONSE_BYTES) break;
    }
  } catch {
    // The status has been read, and it decides.
  }
  return Buffer.concat(chunks).subarray(0, KEPT_RESPONSE_BYTES).toString();
}

function reasonOf(error: unknown): string {
  if (error instanceof AttemptTimeout) return error.message;
  const refusal = [error, (error as { cause?: unknown }).cause].find((each) => each instanceof RefusedAddress);
  if (refusal) return (refusal as RefusedAddress).message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The receiver's name could not be looked up: ${code}`;
  return `The receiver could not be reached: ${messageOf(error)}`;
}
