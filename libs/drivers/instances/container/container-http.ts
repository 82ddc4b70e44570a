import { type Dispatcher, Pool } from 'undici';
import { isEbbError } from '../../../core/errors.js';
import { PING_TIMEOUT_MS, type PingAnswer } from '../../../core/instance/instance.js';
import type { ContainerRequest, ContainerResponse } from '../../../core/ports/instances.js';
import { Exchange, MAX_HEADER_BYTES } from './exchange.js';
import { RequestBody } from './request-body.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** How long a container may take to say that it has stopped working on an invocation. */
const CANCEL_TIMEOUT_MS = 5_000;
const INFERENCE_ID = 'X-Amzn-SageMaker-Inference-Id';

/**
 * An idle connection is given up before the servers found in model containers do (gunicorn after 2 s, Node and uvicorn
 * after 5 s): a request that meets a closing connection may have run, so it cannot be repeated here.
 */
const IDLE_CONNECTION_MS = 1_000;

/**
 * One container's HTTP side (`/ping`, `/invocations`) over connections that are kept and reused. No request is ever
 * sent twice. Nothing here times an invocation out: that is the caller's signal, which closes the connection.
 */
export class ContainerHttp {
  readonly #pool: Pool;
  readonly #isGone: () => Promise<boolean>;

  /**
   * `origin` such as `http://127.0.0.1:8080`. `isGone` tells, within moments, whether the instance has ended: it is
   * asked when a response broke off, since a closing connection is often noticed before the end that closed it.
   * `onListening` is called once, at the first connection that the container takes.
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

  /** Never raises for what the container does. */
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

  /** Whether the container has answered 2xx to a POST that an invocation is not wanted any more. */
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
    // undici takes any async iterable; its declarations only say so for request().
    return this.#send({ ...options, body: body as unknown as Uint8Array }, body, signal);
  }

  /** Closes every connection; what is under way raises `InstanceUnavailable`. */
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
