import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import { AuditTrail } from '../../../libs/engine/audit-trail.js';
import { RequestRates } from '../../../libs/engine/request-rates.js';
import { actionName, checkPermission, permissionFor } from '../../../libs/wire/aws-permissions.js';
import { s3Refusal } from '../../../libs/wire/s3/signature-refusal.js';
import { serviceRefusal } from '../../../libs/wire/signature/service-refusal.js';
import { SignatureError } from '../../../libs/wire/signature/signature-flaw.js';
import type { ReadRequest } from '../read-body.js';
import type { AdmittedCall, VerifiedCall } from './admitted-call.js';
import { type SignableCall, SignatureVerifier } from './signature/signature-verifier.js';

/** Lets requests in to AWS's services: finds out whose they are, whether they may, and how often they have come. */
@Injectable()
export class AwsGate {
  constructor(
    private readonly verifier: SignatureVerifier,
    private readonly rates: RequestRates,
    private readonly trail: AuditTrail,
  ) {}

  /** Raises an error in the words of the service, or `TooManyRequests`. */
  async admit(request: ReadRequest, response: ServerResponse, call: SignableCall): Promise<AdmittedCall> {
    const verified = await this.verify(request, call);
    const verdict = verified.caller && this.rates.count(verified.caller);
    if (verdict && !verdict.isAllowed) {
      throw new EbbError('TooManyRequests', `Rate exceeded: this access key may make ${verdict.perMinute} a minute.`);
    }
    return {
      ...verified,
      permit: (operation, endpointNames = []) =>
        this.permit(request, response, { ...verified, service: call.service, operation }, endpointNames),
    };
  }

  private async verify(request: ReadRequest, call: SignableCall): Promise<VerifiedCall> {
    try {
      return await this.verifier.verify(request, call);
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      const { flaw } = error;
      if (flaw.kind === 'absent' && permissionFor(call.service, call.operation ?? '').action === 'anyone') return call;
      throw call.service === 's3' ? s3Refusal(flaw) : serviceRefusal(flaw, call.service);
    }
  }

  private async permit(
    { method = '', socket, url = '' }: ReadRequest,
    response: ServerResponse,
    { caller, service, operation }: VerifiedCall & SignableCall & { readonly operation: string },
    endpointNames: readonly string[],
  ): Promise<void> {
    const permission = permissionFor(service, operation);
    const action = actionName(service, operation);
    checkPermission(caller, permission, action, endpointNames);
    if (!permission.isRecorded || !caller) return;
    const answered = await this.trail.begin({
      ...(caller.keyId !== undefined && { keyId: caller.keyId }),
      callerName: caller.name,
      role: caller.role,
      action,
      method,
      path: url.replace(/\?.*$/s, '').slice(0, MAX_PATH_LENGTH),
      ...(socket.remoteAddress !== undefined && { from: socket.remoteAddress }),
      requestId: String(response.getHeader('x-amz-request-id') ?? ''),
    });
    // Of an action whose caller did not wait for the answer, there is none on record.
    response.once('close', () => response.headersSent && void answered(response.statusCode));
  }
}

const MAX_PATH_LENGTH = 1024;
