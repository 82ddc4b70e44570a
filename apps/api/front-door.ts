import { messageOf } from '../../libs/core/errors.js';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Log } from '../../libs/engine/log.js';
import { type AwsCall, type Service, classify, queryServiceOf } from '../../libs/wire/aws/aws-request.js';
import type { AdmittedCall } from './aws/admitted-call.js';
import { AwsGate } from './aws/aws-gate.js';
import type { SignableCall } from './aws/signature/signature-verifier.js';
import type { Surface } from './aws/surface.js';
import { type ReadRequest, readBody, readPlainBody } from './read-body.js';

/** The surface of each AWS service. A service without a surface is off in this Ebb. */
export abstract class Surfaces {
  abstract readonly byService: Partial<Readonly<Record<Service, Surface>>>;
}

const MAX_FORM_BYTES = 1_048_576;

/**
 * Serves the one URL: finds the service that each request is for, and hands it to that surface, or to Nest for Ebb's
 * own routes. AWS requests bypass the web framework, because they are told apart by signature rather than by route and
 * carry large bodies.
 */
@Injectable()
export class FrontDoor {
  constructor(
    private readonly surfaces: Surfaces,
    private readonly gate: AwsGate,
    private readonly log: Log,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse, native: RequestListener): void {
    const call = classify({ method: request.method ?? 'GET', url: request.url ?? '/', headers: request.headers });
    if (call.service === 'native') {
      native(request, response);
      return;
    }
    this.answer(request, response, call).catch((error: unknown) => {
      this.log.error('A request failed with an error that its surface did not handle', {
        service: call.service,
        reason: messageOf(error),
      });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse, call: AwsCall): Promise<void> {
    const actual = isUnsignedForm(request, call) ? await this.formCall(request, call) : call;
    const surface = this.surfaces.byService[actual.service];
    if (!surface || !isSignable(actual)) return refuse(request, response, actual.service);
    let admitted: AdmittedCall;
    try {
      admitted = await this.gate.admit(request, response, actual);
    } catch (error) {
      return surface.refuse(request, response, actual, error);
    }
    await surface.handle(request, response, admitted);
  }

  /** An unsigned request of the Query protocol names its service only in the body. */
  private async formCall(request: IncomingMessage, call: AwsCall): Promise<AwsCall> {
    (request as ReadRequest).rawBody = await readBody(request, MAX_FORM_BYTES);
    const form = new URLSearchParams((await readPlainBody(request, MAX_FORM_BYTES)).toString());
    const service = queryServiceOf(form);
    return service ? { ...call, service, operation: form.get('Action') ?? undefined } : call;
  }
}

function isSignable(call: AwsCall): call is SignableCall {
  return call.service !== 'native';
}

function isUnsignedForm(request: IncomingMessage, call: AwsCall): boolean {
  return (
    request.method === 'POST' &&
    call.credential === undefined &&
    request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  );
}

function refuse(request: IncomingMessage, response: ServerResponse, service: Service): void {
  request.resume();
  const message = `This Ebb does not serve ${service}: it is not supported yet, or the real service is configured.`;
  response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-errortype': 'UnknownOperationException' });
  response.end(JSON.stringify({ __type: 'UnknownOperationException', message }));
}
