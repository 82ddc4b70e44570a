import type { IncomingMessage, ServerResponse } from 'node:http';
import { EbbError, isEbbError } from '../../../libs/core/errors.js';
import type { World } from '../../../libs/engine/world.js';
import { type JsonReply, jsonError, parseJsonRequest } from '../../../libs/wire/aws/aws-json.js';
import type { AwsCall, SignedService } from '../../../libs/wire/aws/aws-request.js';
import { endpointsNamed } from '../../../libs/wire/aws/aws-permissions.js';
import type { ErrorNames } from '../../../libs/wire/aws/error-names.js';
import { readPlainBody } from '../read-body.js';
import type { AdmittedCall } from './admitted-call.js';
import type { Surface } from './surface.js';

/** The members of a JSON request. */
export type JsonRequest = Readonly<Record<string, unknown>>;

/** One operation: maps the request's members to the reply's; `undefined` makes an empty reply. */
export type JsonOperation = (request: JsonRequest) => Promise<object | undefined>;

/** The operations of a service by name. */
export type JsonOperations = Readonly<Record<string, JsonOperation>>;

const MAX_REQUEST_BYTES = 1_048_576;

/** A service's variety of AWS's JSON protocol. */
export interface JsonDialect {
  readonly version: '1.0' | '1.1';
  /** Whether the service once spoke the Query protocol, whose error names clients still use. */
  readonly isQueryCompatible: boolean;
}

const JSON_1_1: JsonDialect = { version: '1.1', isQueryCompatible: false };

/** A service of the AWS JSON protocols: `POST /` with the operation in `X-Amz-Target`. */
export class JsonService implements Surface {
  private readonly operations: ReadonlyMap<string, JsonOperation>;

  constructor(
    private readonly world: Pick<World, 'clock' | 'log'>,
    /** The name of the service in errors, such as `SageMaker`. */
    private readonly name: string,
    operations: JsonOperations,
    private readonly errorNames: ErrorNames,
    private readonly dialect = JSON_1_1,
  ) {
    this.operations = new Map(Object.entries(operations));
  }

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    this.send(request, response, await this.reply(request, call), call.requestId);
  }

  async refuse(request: IncomingMessage, response: ServerResponse, call: AwsCall, error: unknown): Promise<void> {
    this.send(request, response, this.errorReply(error, call), this.world.clock.uniqueId());
  }

  private send(request: IncomingMessage, response: ServerResponse, reply: JsonReply, requestId: string): void {
    // The rest of a refused body is read and dropped, so that the client gets to read the answer.
    if (!request.complete) request.resume();
    if (response.destroyed) return;
    const fault = reply.status < 500 ? 'Sender' : 'Receiver';
    const queryCode = this.dialect.isQueryCompatible ? reply.queryCode : undefined;
    response.writeHead(reply.status, {
      'content-type': `application/x-amz-json-${this.dialect.version}`,
      'content-length': Buffer.byteLength(reply.body),
      'x-amzn-requestid': requestId,
      ...(reply.errorType !== undefined && { 'x-amzn-errortype': reply.errorType }),
      ...(queryCode !== undefined && { 'x-amzn-query-error': `${queryCode};${fault}` }),
    });
    response.end(reply.body);
  }

  private async reply(request: IncomingMessage, call: AdmittedCall): Promise<JsonReply> {
    try {
      const body = await readPlainBody(request, MAX_REQUEST_BYTES);
      const run = this.operation(call);
      const input = parsed(body);
      const operation = call.operation!;
      await call.permit(operation, endpointsNamed(call.service as SignedService, operation, input));
      const output = await run(input);
      return { status: 200, body: output === undefined ? '' : JSON.stringify(output) };
    } catch (error) {
      return this.errorReply(error, call);
    }
  }

  private errorReply(error: unknown, { operation }: AwsCall): JsonReply {
    const reply = error instanceof SerializationError ? serializationReply(error) : jsonError(error, this.errorNames);
    if (reply.status >= 500) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.world.log.error(`A ${this.name} request failed`, { operation, reason });
    }
    return reply;
  }

  private operation({ operation }: AwsCall): JsonOperation {
    const found = operation === undefined ? undefined : this.operations.get(operation);
    if (found) return found;
    throw new EbbError(
      'UnknownOperation',
      operation === undefined
        ? `The request names no operation of ${this.name}: it has no X-Amz-Target header.`
        : `${this.name}'s operation ${operation} is not supported by Ebb yet.`,
    );
  }
}

/** The body does not follow the protocol. AWS tells this apart from members that break a rule. */
class SerializationError extends Error {}

function parsed(body: Uint8Array): JsonRequest {
  try {
    return parseJsonRequest(body);
  } catch (cause) {
    if (!isEbbError(cause, 'InvalidRequest')) throw cause;
    throw new SerializationError(cause.message, { cause });
  }
}

function serializationReply(error: SerializationError): JsonReply {
  const errorType = 'SerializationException';
  return {
    status: 400,
    errorType,
    queryCode: errorType,
    body: JSON.stringify({ __type: errorType, message: error.message }),
  };
}
