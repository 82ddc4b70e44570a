import { type Dispatcher, Pool } from 'undici';
import { isEbbError } from '../../../core/errors.js';
import { PING_TIMEOUT_MS, type PingAnswer } from '../../../core/instance/instance.js';
import type { ContainerRequest, ContainerResponse } from '../../../core/ports/instances.js';
import { Exchange, MAX_HEADER_BYTES } from './exchange.js';
import { RequestBody } from './request-body.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** The longest time that a container may take to confirm that it has stopped working on an invocation. */
const CANCEL_TIMEOUT_MS = 5_000;
const INFERENCE_ID = 'X-Amzn-SageMaker-Inference-Id';

/**
 * Ebb closes an idle connection before common servers in model containers do (gunicorn after 2 s, Node and uvicorn
 * after 5 s). A request that meets a closing connection may have run, so Ebb cannot repeat it.
 */
const IDLE_CONNECTION_MS = 1_000;

/**
 * The HTTP side of one container (`/ping`, `/invocations`), over connections that are kept and reused. It never sends a
 * request twice. An invocation has no timeout here; the caller's signal ends it and closes the connection.
 */
export class ContainerHttp {
  readonly #pool: Pool;
  readonly #isGone: () => Promise<boolean>;

  /**
   * `origin` is such as `http://127.0.0.1:8080`. `isGone` tells within moments whether the instance has ended. It is
   * called when a response breaks off, because a closed connection is often noticed before the end that closed it.
   * `onListening` is called once, at the first connection that the container accepts.
   */
  constructor(origin: string, isGone: () => Promise<boolean>, onListening: () => void = () => {}) {
    this.#isGone = isGone;
    this.#pool = new Pool(origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      keepAliveTimeoutThreshold: IDLE_CONNECTION_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    this.#pool.once('connect', onListening);
  }

  /** Pings the container. Raises only the signal's reason. */
  async ping(signal?: AbortSignal): Promise<PingAnswer> {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(PING_TIMEOUT_MS);
    const limit = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      const response = await this.#send({ method: 'GET', path: '/ping' }, undefined, limit);
      if (!(response.body instanceof Uint8Array)) await response.body[Symbol.asyncIterator]().return?.();
      return response.status === 200 ? 'healthy' : 'unhealthy';
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted) return 'silent';
      return isEbbError(error, 'InstanceUnavailable') ? 'unreachable' : 'unhealthy';
    }
  }

  /** Sends a POST that an invocation is cancelled, and tells whether the container answered 2xx. */
  async cancel(path: string, inferenceId: string, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
    const limit = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const headers = [INFERENCE_ID, inferenceId, 'Content-Length', '0'];
    try {
      const response = await this.#send({ method: 'POST', path, headers }, undefined, limit);
      if (!(response.body instanceof Uint8Array)) await response.body[Symbol.asyncIterator]().return?.();
      return response.status >= 200 && response.status < 300;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }

  invoke(request: ContainerRequest, signal?: AbortSignal): Promise<ContainerResponse> {
    const options = { method: 'POST', path: '/invocations', headers: requestHeaders(request) };
    if (request.body instanceof Uint8Array) {
      return this.#send({ ...options, body: request.body }, undefined, signal);
    }
    const body = new RequestBody(request.body);
    // undici accepts any async iterable, but its declarations say so only for request().
    return this.#send({ ...options, body: body as unknown as Uint8Array }, body, signal);
  }

  /** Closes every connection; requests under way raise `InstanceUnavailable`. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #send(
    options: Dispatcher.DispatchOptions,
    body: RequestBody | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ContainerResponse> {
    if (signal?.aborted) {
      body?.cancel();
      return Promise.reject(signal.reason as Error);
    }
    const exchange = new Exchange(this.#isGone, body, signal);
    this.#pool.dispatch(options, exchange);
    return exchange.response;
  }
}

function requestHeaders(request: ContainerRequest): string[] {
  const headers = [INFERENCE_ID, request.inferenceId];
  if (request.contentType !== undefined) headers.push('Content-Type', request.contentType);
  if (request.accept !== undefined) headers.push('Accept', request.accept);
  if (request.customAttributes !== undefined) {
    headers.push('X-Amzn-SageMaker-Custom-Attributes', request.customAttributes);
  }
  if (request.progressUrl !== undefined) headers.push('Ebb-Progress-Url', request.progressUrl);
  headers.push('Content-Length', String(request.sizeBytes));
  return headers;
}
