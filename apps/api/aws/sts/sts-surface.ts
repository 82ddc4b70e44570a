import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../../libs/core/ports/clock.js';
import { Config } from '../../../../libs/host/config.js';
import type { QueryInput } from '../../../../libs/wire/aws/query-input.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import type { XmlTree } from '../../../../libs/wire/aws/query-xml.js';
import {
  STS_ERRORS,
  STS_NAMESPACE,
  callerIdentity,
  parseAssumeRole,
  parseGetSessionToken,
  renderAssumedRole,
  renderCredentials,
} from '../../../../libs/wire/sts/sts.js';
import { type QueryService, answerQuery, refuseQuery } from '../query-service.js';
import type { AdmittedCall, VerifiedCall } from '../admitted-call.js';
import { SessionCredentials } from '../signature/session-credentials.js';
import type { Surface } from '../surface.js';

/**
 * The part of AWS STS that clients call before anything else. The credentials that it issues act for the access key
 * that asked for them.
 */
@Injectable()
export class StsSurface implements Surface {
  private readonly service: QueryService;

  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly sessions: SessionCredentials,
  ) {
    this.service = {
      namespace: STS_NAMESPACE,
      errors: STS_ERRORS,
      operations: {
        GetCallerIdentity: (_input, call) => this.getCallerIdentity(call),
        AssumeRole: (input, call) => this.assumeRole(input, call),
        GetSessionToken: (input, call) => this.getSessionToken(input, call),
      },
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    await answerQuery(this.service, request, response, call);
  }

  async refuse(request: IncomingMessage, response: ServerResponse, _call: AwsCall, error: unknown): Promise<void> {
    refuseQuery(this.service, { request, response, requestId: this.clock.uniqueId() }, error);
  }

  private async getCallerIdentity(call: AwsCall): Promise<XmlTree> {
    return callerIdentity(this.config.place.accountId, call.credential?.accessKeyId ?? 'local');
  }

  private async assumeRole(input: QueryInput, { caller }: VerifiedCall): Promise<XmlTree> {
    const wanted = parseAssumeRole(input);
    return renderAssumedRole(wanted, this.sessions.issue(caller?.keyId, wanted.durationSeconds));
  }

  private async getSessionToken(input: QueryInput, { caller }: VerifiedCall): Promise<XmlTree> {
    return renderCredentials(this.sessions.issue(caller?.keyId, parseGetSessionToken(input)));
  }
}
