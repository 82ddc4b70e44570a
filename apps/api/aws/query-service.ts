import type { IncomingMessage, ServerResponse } from 'node:http';
import { EbbError } from '../../../libs/core/errors.js';
import type { ErrorNames } from '../../../libs/wire/aws/error-names.js';
import { QueryInput } from '../../../libs/wire/aws/query-input.js';
import { queryErrorResponse, toQueryError } from '../../../libs/wire/aws/query-error.js';
import { type XmlTree, queryResponse } from '../../../libs/wire/aws/query-xml.js';
import { readPlainBody } from '../read-body.js';
import type { AdmittedCall, VerifiedCall } from './admitted-call.js';
import type { Exchange } from './exchange.js';

/** The longest form. The largest message of 256 KB may be three times as long in a form. */
const MAX_FORM_BYTES = 1024 * 1024;

/** One operation of a service that speaks the Query protocol; returns `undefined` if it has no result. */
export type QueryOperation = (input: QueryInput, call: VerifiedCall) => Promise<XmlTree | undefined>;

/** A service of the AWS Query protocol: forms in, XML out. */
export interface QueryService {
  readonly namespace: string;
  readonly errors: ErrorNames;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

/**
 * Answers one request, errors included. After an error that nobody foresaw, it answers and then rejects, so that the
 * caller can log the error.
 */
export async function answerQuery(
  service: QueryService,
  request: IncomingMessage,
  response: ServerResponse,
  call: AdmittedCall,
): Promise<void> {
  const exchange = { request, response, requestId: call.requestId };
  try {
    const parameters = await readParameters(request, MAX_FORM_BYTES);
    const operation = parameters.get('Action') ?? '';
    const run = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
    if (!run) throw new EbbError('UnknownOperation', `The action ${operation} is not supported by Ebb yet.`);
    const input = QueryInput.of(parameters);
    await call.permit(operation);
    const result = await run(input, call);
    writeXml(exchange, 200, queryResponse(service.namespace, operation, result, exchange.requestId));
  } catch (error) {
    refuseQuery(service, exchange, error);
  }
}

/** Answers with an error, and raises the error again if nobody foresaw it. */
export function refuseQuery(
  service: Pick<QueryService, 'namespace' | 'errors'>,
  exchange: Exchange,
  error: unknown,
): void {
  const { request, requestId } = exchange;
  // The rest of a refused body is read and dropped, so that the client gets to read the answer.
  if (!request.complete) request.resume();
  const told = toQueryError(error, service.errors);
  writeXml(exchange, told.status, queryErrorResponse(service.namespace, told, requestId));
  if (told.code === 'InternalFailure') throw error;
}

/** Returns the parameters of the address and of the form in the body. */
export async function readParameters(request: IncomingMessage, maxBytes: number): Promise<URLSearchParams> {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  const parameters = new URLSearchParams(question === -1 ? '' : url.slice(question + 1));
  if (request.method === 'POST') {
    const form = new URLSearchParams((await readPlainBody(request, maxBytes)).toString('utf8'));
    for (const [name, value] of form) parameters.append(name, value);
  }
  return parameters;
}

/** Sends a document of the Query protocol, if the caller is still connected. */
export function writeXml({ requestId, response }: Omit<Exchange, 'request'>, status: number, xml: string): void {
  if (response.destroyed) return;
  const body = Buffer.from(xml);
  response.writeHead(status, {
    'content-type': 'text/xml',
    'content-length': body.length,
    'x-amzn-requestid': requestId,
  });
  response.end(body);
}
