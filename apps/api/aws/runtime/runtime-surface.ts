import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ANONYMOUS } from '../../../../libs/core/access/caller.js';
import { EbbError, isEbbError, messageOf } from '../../../../libs/core/errors.js';
import { MAX_INLINE_INPUT_BYTES } from '../../../../libs/core/invocation/submission.js';
import { QuotaGate } from '../../../../libs/engine/access/quota-gate.js';
import { submitForCaller } from '../../../../libs/engine/invocation/submit-for-caller.js';
import { World } from '../../../../libs/engine/world.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { formatRuntimeError } from '../../../../libs/wire/runtime/errors.js';
import type { RuntimeReply } from '../../../../libs/wire/runtime/runtime-reply.js';
import {
  bodyTooLong,
  formatInvokeEndpointAsync,
  parseInvokeEndpointAsync,
} from '../../../../libs/wire/runtime/invoke-endpoint-async.js';
import { readBody } from '../../read-body.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Surface } from '../surface.js';

const PATH = /^\/endpoints\/([^/?]+)\/([a-z-]+)/;
const NO_BODY = new Uint8Array(0);

/** SageMaker's runtime: `InvokeEndpointAsync`. */
@Injectable()
export class RuntimeSurface implements Surface {
  constructor(
    private readonly world: World,
    private readonly quotas: QuotaGate,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    let reply: RuntimeReply;
    try {
      reply = await this.invoke(request, call);
    } catch (error) {
      reply = this.errorReply(error);
    }
    this.send(request, response, reply, call.requestId);
  }

  async refuse(request: IncomingMessage, response: ServerResponse, _call: AwsCall, error: unknown): Promise<void> {
    const reply = this.errorReply(isEbbError(error, 'BodyTooLarge') ? bodyTooLong() : error);
    this.send(request, response, reply, this.world.clock.uniqueId());
  }

  private errorReply(error: unknown): RuntimeReply {
    const reply = formatRuntimeError(error);
    if (reply.status === 500) this.world.log.error('A runtime request failed', { reason: messageOf(error) });
    return reply;
  }

  private send(request: IncomingMessage, response: ServerResponse, reply: RuntimeReply, requestId: string): void {
    // The rest of a refused body is read and dropped, so that the client gets to read the answer.
    if (!request.complete) request.resume();
    if (response.destroyed) return;
    const length = Buffer.byteLength(reply.body);
    response.writeHead(reply.status, [
      ...reply.headers,
      'Content-Length',
      String(length),
      'x-amzn-RequestId',
      requestId,
    ]);
    response.end(reply.body);
  }

  private async invoke(request: IncomingMessage, { caller, permit }: AdmittedCall): Promise<RuntimeReply> {
    const [, escapedName, operation] = PATH.exec(request.url ?? '') ?? [];
    const endpointName = unescape(escapedName ?? '');
    await permit('InvokeEndpointAsync', [endpointName]);
    if (operation !== 'async-invocations') {
      throw new EbbError('WrongInferenceType', `Endpoint ${endpointName} does not support this inference type.`);
    }
    const body = await this.body(request);
    const submission = parseInvokeEndpointAsync(endpointName, request.headers, body);
    const { invocation } = await submitForCaller(this.world, this.quotas, { caller: caller ?? ANONYMOUS, submission });
    return formatInvokeEndpointAsync(invocation);
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
