import type { Readable } from 'node:stream';
import type { Agent, Dispatcher } from 'undici';
import { Failure, misuse } from '../outcome/failure.js';
import { readProblem } from '../outcome/problem-document.js';
import { failureOf } from '../outcome/refusal.js';

/** Of an answer that is no success, so much is read. */
const MAX_PROBLEM_BYTES = 65_536;
const CONNECT_TIMEOUT_MS = 10_000;
/** The longest that Ebb waits before it answers is a minute. */
const HEADERS_TIMEOUT_MS = 90_000;
/** Event streams say something every 15 seconds. */
const BODY_TIMEOUT_MS = 60_000;

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface Ask {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** A document; sent as JSON. */
  readonly document?: unknown;
  /** Bytes, sent as they come. */
  readonly body?: Readable;
  /** Beside the one that ends the command. */
  readonly signal?: AbortSignal;
}

/** A success, its body still to be read. */
export type Answered = Dispatcher.ResponseData;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Requests to one Ebb. Everything but a success is raised as a `Failure` that says what to do. */
export class Http {
  #agent: Agent | undefined;

  constructor(
    readonly url: string,
    private readonly token: string | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads the document that is the answer. */
  async json<T>(method: Method, path: string, ask: Ask = {}): Promise<T> {
    const { body } = await this.open(method, path, ask);
    const text = await this.#reading(body.text(), ask.signal);
    try {
      return (text === '' ? {} : JSON.parse(text)) as T;
    } catch (cause) {
      throw new Failure('unreachable', `What answers at ${this.url} is not Ebb: it does not speak JSON.`, {
        advice: 'Check --url or EBB_URL.',
        cause,
      });
    }
  }

  async open(method: Method, path: string, { body, document, headers, query, signal }: Ask = {}): Promise<Answered> {
    const answer = await this.#reading(
      this.#request(`${path}${queryString(query)}`, {
        method,
        signal: signal ? AbortSignal.any([signal, this.signal]) : this.signal,
        body: document === undefined ? body : JSON.stringify(document),
        headers: {
          ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
          ...(document !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      }),
      signal,
    );
    if (answer.statusCode < 300) return answer;
    throw await this.#refusal(answer);
  }

  /** Whether there is anything at this path that may be looked at; nothing is raised where that cannot be told. */
  async has(path: string): Promise<boolean> {
    try {
      const { body, statusCode } = await this.#request(path, { signal: this.signal });
      await body.dump();
      return statusCode < 400;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #request(
    pathAndQuery: string,
    options: Omit<Dispatcher.RequestOptions, 'path' | 'method'> & { method?: Method },
  ): Promise<Answered> {
    // Loading it takes as long as all else together, and nobody who only completes a word is to wait for it.
    const undici = await import('undici');
    this.#agent ??= new undici.Agent({
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: HEADERS_TIMEOUT_MS,
      bodyTimeout: BODY_TIMEOUT_MS,
    });
    return undici.request(`${this.url}${pathAndQuery}`, { dispatcher: this.#agent, ...options });
  }

  async #refusal({ body, headers, statusCode }: Answered): Promise<Failure> {
    const text = await this.#reading(beginningOf(body));
    const seconds = Number(headers['retry-after']);
    return failureOf(readProblem(statusCode, text), Number.isInteger(seconds) ? seconds : undefined);
  }

  async #reading<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (signal?.aborted || this.signal.aborted) throw error;
      const cause = error as NodeJS.ErrnoException;
      throw isOfRequest(cause) ? misuse(`The request cannot be sent: ${cause.message}.`) : this.#unreachable(cause);
    }
  }

  #unreachable(cause: NodeJS.ErrnoException): Failure {
    const nobody = cause.code === 'ECONNREFUSED';
    const message = nobody
      ? `Nothing answers at ${this.url}.`
      : `${this.url} cannot be reached: ${cause.message || cause.code}.`;
    const isHere = /^https?:\/\/(localhost|127\.|\[::1\])/.test(this.url);
    const advice =
      nobody && isHere
        ? 'Start Ebb with `ebb up`, or say where it is: --url or EBB_URL.'
        : 'Say where Ebb is with --url or EBB_URL; `ebb doctor` looks closer.';
    return new Failure('unreachable', message, { advice, cause });
  }
}

/** What comes to nothing whoever it is sent to: a header that is none, a file that went away or grew shorter meanwhile. */
function isOfRequest({ code = '', path }: NodeJS.ErrnoException): boolean {
  return path !== undefined || ['UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'].includes(code);
}

/** The parts of an answer as they come. Raises `Failure` when the connection breaks. */
export async function* partsOf({ body }: Answered, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const part of body) yield part as Buffer;
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new Failure('unreachable', `The connection to Ebb broke off: ${(cause as Error).message}.`, {
      advice: '`ebb doctor` looks closer.',
      cause,
    });
  }
}

async function beginningOf(body: Answered['body']): Promise<string> {
  let text = '';
  for await (const part of body.setEncoding('utf8')) {
    text += part as string;
    if (text.length > MAX_PROBLEM_BYTES) break;
  }
  return text;
}

function queryString(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return search.size === 0 ? '' : `?${search}`;
}
