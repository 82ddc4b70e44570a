import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { EbbError, isEbbError } from '../../../../libs/core/errors.js';
import { MAX_INLINE_INPUT_BYTES } from '../../../../libs/core/invocation.js';
import { submitInvocation } from '../../../../libs/engine/submit-invocation.js';
import { World } from '../../../../libs/engine/world.js';
import {
  type RuntimeReply,
  bodyTooLong,
  formatInvokeEndpointAsync,
  formatRuntimeError,
  parseInvokeEndpointAsync,
} from '../../../../libs/wire/runtime.js';
import { readBody } from '../../read-body.js';
import type { Surface } from '../surface.js';

const PATH = /^\/endpoints\/([^/?]+)\/([a-z-]+)/;
const NO_BODY = new Uint8Array(0);

/** SageMaker's runtime: `InvokeEndpointAsync`. */
@Injectable()
export class RuntimeSurface implements Surface {
  constructor(private readonly world: World) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: RuntimeReply;
    try {
      reply = await this.invoke(request);
    } catch (error) {
      reply = formatRuntimeError(error);
      if (reply.status === 500) this.world.log.error('A runtime request failed', { reason: String(error) });
    }
    // What is left of a refused body is read and dropped, so that the client gets to read the answer.
    if (!request.complete) request.resume();
    if (response.destroyed) return;
    const length = Buffer.byteLength(reply.body);
    response.writeHead(reply.status, [
      ...reply.headers,
      'Content-Length',
      String(length),
      'x-amzn-RequestId',
      this.world.clock.uniqueId(),
    ]);
    response.end(reply.body);
  }

  private async invoke(request: IncomingMessage): Promise<RuntimeReply> {
    const [, escapedName, operation] = PATH.exec(request.url ?? '') ?? [];
    const endpointName = unescape(escapedName ?? '');
    if (operation !== 'async-invocations') {
      throw new EbbError('WrongInferenceType', `Endpoint ${endpointName} does not support this inference type.`);
    }
    const body = await this.body(request);
    const submission = parseInvokeEndpointAsync(endpointName, request.headers, body);
    return formatInvokeEndpointAsync(await submitInvocation(this.world, submission));
  }

  private async body(request: IncomingMessage): Promise<Uint8Array> {
    if (request.headers['content-length'] === '0') return NO_BODY;
    try {
      return await readBody(request, MAX_INLINE_INPUT_BYTES);
    } catch (error) {
      throw isEbbError(error, 'BodyTooLarge') ? bodyTooLong() : error;
    }
  }
}

function unescape(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
