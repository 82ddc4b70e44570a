import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { EbbError } from '../../../libs/core/errors.js';
import { Clock } from '../../../libs/core/ports/clock.js';
import { AuditTrail } from '../../../libs/engine/access/audit-trail.js';
import { RequestRates } from '../../../libs/engine/access/request-rates.js';
import { actionName, checkPermission, permissionFor } from '../../../libs/wire/aws/aws-permissions.js';
import { s3Refusal } from '../../../libs/wire/s3/signing/signature-refusal.js';
import { serviceRefusal } from '../../../libs/wire/signature/service-refusal.js';
import { SignatureError } from '../../../libs/wire/signature/signature-flaw.js';
import { auditedAction } from '../audited-action.js';
import type { ReadRequest } from '../read-body.js';
import type { AdmittedCall, VerifiedCall } from './admitted-call.js';
import { type SignableCall, SignatureVerifier } from './signature/signature-verifier.js';

/** A verified call whose operation is known. */
type AskedCall = VerifiedCall & SignableCall & Readonly<Record<'operation' | 'requestId', string>>;

/**
 * Admits requests to AWS's services: identifies the caller, counts the request against its rate, and checks its
 * permission.
 */
@Injectable()
export class AwsGate {
  constructor(
    private readonly verifier: SignatureVerifier,
    private readonly rates: RequestRates,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Admits one request. Raises an error in the words of the service, or `TooManyRequests`. */
  async admit(request: ReadRequest, response: ServerResponse, call: SignableCall): Promise<AdmittedCall> {
    const verified = await this.verify(request, call);
    const verdict = verified.caller && this.rates.count(verified.caller);
    if (verdict && !verdict.isAllowed) {
      throw new EbbError(
        'TooManyRequests',
        `Rate exceeded: this access key may make ${verdict.perMinute} requests a minute.`,
      );
    }
    const requestId = this.clock.uniqueId();
    return {
      ...verified,
      requestId,
      permit: (operation, endpointNames = []) =>
        this.permit({ ...verified, service: call.service, operation, requestId }, endpointNames, request, response),
    };
  }

  private async verify(request: ReadRequest, call: SignableCall): Promise<VerifiedCall> {
    try {
      return this.verifier.verifyAtOnce(request, call) ?? (await this.verifier.verify(request, call));
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      const { flaw } = error;
      if (flaw.kind === 'absent' && permissionFor(call.service, call.operation ?? '').action === 'anyone') return call;
      throw call.service === 's3' ? s3Refusal(flaw) : serviceRefusal(flaw, call.service);
    }
  }

  private async permit(
    { caller, operation, requestId, service }: AskedCall,
    endpointNames: readonly string[],
    request: ReadRequest,
    response: ServerResponse,
  ): Promise<void> {
    const permission = permissionFor(service, operation);
    const action = actionName(service, operation);
    checkPermission(caller, permission, action, endpointNames);
    if (!permission.isRecorded || !caller) return;
    const answered = await this.trail.begin(auditedAction(caller, action, request, requestId));
    // If the caller does not wait for the answer, the audit has no status for the action.
    response.once('close', () => response.headersSent && void answered(response.statusCode));
  }
}
