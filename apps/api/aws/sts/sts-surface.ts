import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../../libs/core/ports/clock.js';
import { Config } from '../../../../libs/host/config.js';
import type { QueryInput, XmlTree } from '../../../../libs/wire/aws-query.js';
import type { AwsCall } from '../../../../libs/wire/aws-request.js';
import {
  STS_ERRORS,
  STS_NAMESPACE,
  type TemporaryCredentials,
  callerIdentity,
  parseAssumeRole,
  parseGetSessionToken,
  renderAssumedRole,
  renderCredentials,
} from '../../../../libs/wire/sts.js';
import { type QueryService, answerQuery } from '../query-service.js';
import type { Surface } from '../surface.js';

/** As much of AWS STS as clients call before anything else. The credentials it gives stand for nobody in particular. */
@Injectable()
export class StsSurface implements Surface {
  private readonly service: QueryService;

  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.service = {
      namespace: STS_NAMESPACE,
      errors: STS_ERRORS,
      operations: {
        GetCallerIdentity: (_input, call) => this.getCallerIdentity(call),
        AssumeRole: (input) => this.assumeRole(input),
        GetSessionToken: (input) => this.getSessionToken(input),
      },
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse, call: AwsCall): Promise<void> {
    await answerQuery(this.service, request, response, call, this.clock.uniqueId());
  }

  private async getCallerIdentity(call: AwsCall): Promise<XmlTree> {
    return callerIdentity(this.config.place.accountId, call.credential?.accessKeyId ?? 'local');
  }

  private async assumeRole(input: QueryInput): Promise<XmlTree> {
    const wanted = parseAssumeRole(input);
    return renderAssumedRole(wanted, this.issue(wanted.durationSeconds));
  }

  private async getSessionToken(input: QueryInput): Promise<XmlTree> {
    return renderCredentials(this.issue(parseGetSessionToken(input)));
  }

  private issue(durationSeconds: number): TemporaryCredentials {
    return {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiresAt: this.clock.now() + durationSeconds * 1000,
    };
  }
}
