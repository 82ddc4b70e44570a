import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../../libs/core/ports/clock.js';
import { Config } from '../../../../libs/host/config.js';
import { jsonError, parseJsonRequest } from '../../../../libs/wire/aws/aws-json.js';
import { QueryInput } from '../../../../libs/wire/aws/query-input.js';
import { AccountTranslation, queueNameOf } from '../../../../libs/wire/sqs/account-translation.js';
import { SQS_ERRORS, queryErrorCode } from '../../../../libs/wire/sqs/sqs-errors.js';
import { SQS_NAMESPACE, jsonToXml, queryToJson } from '../../../../libs/wire/sqs/sqs-query.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { queryErrorResponse } from '../../../../libs/wire/aws/query-error.js';
import { queryResponse } from '../../../../libs/wire/aws/query-xml.js';
import { readParameters, refuseQuery, writeXml } from '../query-service.js';
import { readBody } from '../../read-body.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Exchange } from '../exchange.js';
import type { Surface } from '../surface.js';
import { type QueueReply, QueueServer } from './queue-server.js';
import { receive } from './receive.js';

/** The longest request. A batch of 1 MiB may be three times as long in a form, and escapes lengthen JSON. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;

type Json = QueueReply['body'];

/**
 * Amazon SQS for the users' own queues, in both its protocols. It translates requests to the account and address of the
 * embedded queues, and their answers back.
 */
@Injectable()
export class SqsSurface implements Surface {
  private readonly account: AccountTranslation;

  constructor(
    private readonly queues: QueueServer,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.account = new AccountTranslation(config.place);
  }

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    const target = request.headers['x-amz-target'];
    const exchange = { request, response, requestId: call.requestId };
    if (typeof target === 'string') await this.handleJson(exchange, call);
    else await this.handleQuery(exchange, call);
  }

  async refuse(request: IncomingMessage, response: ServerResponse, _call: AwsCall, error: unknown): Promise<void> {
    const exchange = { request, response, requestId: this.clock.uniqueId() };
    if (request.headers['x-amz-target'] === undefined) refuseQuery(QUERY, exchange, error);
    else refuseJson(exchange, error);
  }

  private async handleJson(exchange: Exchange, { operation = '', permit }: AdmittedCall): Promise<void> {
    try {
      const input = parseJsonRequest(await readBody(exchange.request, MAX_REQUEST_BYTES));
      await permit(operation);
      const reply = await this.call(operation, input, exchange);
      const text = JSON.stringify(reply.body);
      const queryError = reply.status < 400 ? undefined : `${codeOf(reply)};Sender`;
      writeJson(exchange, reply.status, text, queryError);
    } catch (error) {
      refuseJson(exchange, error);
    }
  }

  private async handleQuery(exchange: Exchange, { permit }: AdmittedCall): Promise<void> {
    const { request, requestId } = exchange;
    try {
      const parameters = await readParameters(request, MAX_REQUEST_BYTES);
      const operation = parameters.get('Action') ?? '';
      await permit(operation);
      const input = queryInput(operation, parameters, request.url ?? '/');
      const reply = await this.call(operation, input, exchange);
      if (reply.status >= 400) {
        const error = { status: reply.status, code: codeOf(reply), message: String(reply.body['message']) };
        writeXml(exchange, error.status, queryErrorResponse(SQS_NAMESPACE, error, requestId));
        return;
      }
      const result = Object.keys(reply.body).length > 0 ? jsonToXml(operation, reply.body) : undefined;
      writeXml(exchange, 200, queryResponse(SQS_NAMESPACE, operation, result, requestId));
    } catch (error) {
      refuseQuery(QUERY, exchange, error);
    }
  }

  private async call(operation: string, input: Json, { request, response }: Exchange): Promise<QueueReply> {
    const refusal = operation === 'CreateQueue' ? refuseName(input) : undefined;
    if (refusal) return refusal;
    const embedded = this.account.toEmbedded(input);
    const reply =
      operation === 'ReceiveMessage'
        ? await this.receive(embedded, input, response)
        : await this.queues.call(operation, embedded);
    if (reply.status >= 400) return reply;
    return { ...reply, body: this.account.fromEmbedded(reply.body, this.baseUrl(request)) };
  }

  /**
   * Receives messages. A client that hangs up gets none, because they would be hidden from other clients for nothing.
   */
  private async receive(embedded: Json, input: Json, response: ServerResponse): Promise<QueueReply> {
    const gone = new AbortController();
    const hangUp = (): void => gone.abort();
    response.once('close', hangUp);
    try {
      const queueName = queueNameOf(String(input['QueueUrl']), this.config.place.accountId);
      return await receive(
        { clock: this.clock, queues: this.queues },
        { queueName: queueName ?? '', input: embedded },
        gone.signal,
      );
    } finally {
      response.off('close', hangUp);
    }
  }

  /** Returns Ebb's address as the caller wrote it, so that the queue URLs lead back the same way. */
  private baseUrl(request: IncomingMessage): string {
    const { host, port, tls } = this.config.listening;
    return `${tls ? 'https' : 'http'}://${request.headers.host ?? `${host}:${port}`}`;
  }
}

/** Reads the input of a Query request. Old SDKs send queue operations to the queue's own path. */
function queryInput(operation: string, parameters: URLSearchParams, url: string): Json {
  for (const name of ['Action', 'Version']) parameters.delete(name);
  const input = queryToJson(operation, QueryInput.of(parameters));
  const path = url.split('?', 1)[0]!;
  return path === '/' || 'QueueUrl' in input ? input : { ...input, QueueUrl: path };
}

/** Refuses the names that SQS refuses, because the embedded queues take any name. */
function refuseName(input: Json): QueueReply | undefined {
  if (QUEUE_NAME.test(String(input['QueueName'] ?? '').replace(/\.fifo$/, ''))) return undefined;
  const message = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
  return { status: 400, body: { __type: 'com.amazonaws.sqs#InvalidParameterValue', message } };
}

function codeOf(reply: QueueReply): string {
  return queryErrorCode(String(reply.body['__type']), reply.queryError);
}

const QUERY = { namespace: SQS_NAMESPACE, errors: SQS_ERRORS };

/** Answers with an error, and raises the error again if nobody foresaw it. */
function refuseJson(exchange: Exchange, error: unknown): void {
  const { request } = exchange;
  if (!request.complete) request.resume();
  const { status, body, errorType, queryCode = errorType } = jsonError(error, SQS_ERRORS);
  writeJson(exchange, status, body, `${queryCode};${status < 500 ? 'Sender' : 'Receiver'}`);
  if (status === 500) throw error;
}

function writeJson(
  { requestId, response }: Exchange,
  status: number,
  text: string,
  queryError: string | undefined,
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': requestId,
    ...(queryError && { 'x-amzn-query-error': queryError }),
  });
  response.end(text);
}
