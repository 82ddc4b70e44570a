import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Meter } from '../../../../libs/engine/metric/meter.js';
import { World } from '../../../../libs/engine/world.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { CLOUDWATCH_ERRORS, CLOUDWATCH_NAMESPACE } from '../../../../libs/wire/cloudwatch/errors.js';
import { jsonToXml, queryToJson } from '../../../../libs/wire/cloudwatch/query-form.js';
import { type JsonOperation, type JsonOperations, JsonService } from '../json-service.js';
import { type QueryOperation, type QueryService, answerQuery, refuseQuery } from '../query-service.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Surface } from '../surface.js';
import { alarmDescriptions } from './alarm-descriptions.js';
import { alarmOperations } from './alarm-operations.js';
import { metricOperations } from './metric-operations.js';
import { tagOperations } from './tag-operations.js';

/**
 * The part of Amazon CloudWatch that scaling needs: alarms and metrics. It speaks JSON 1.0 for today's SDKs and the
 * Query protocol for older ones. Each operation is implemented once, in terms of JSON.
 */
@Injectable()
export class CloudWatchSurface implements Surface {
  private readonly json: JsonService;
  private readonly query: QueryService;

  constructor(
    private readonly world: World,
    meter: Meter,
  ) {
    const operations = {
      ...alarmOperations(world),
      ...alarmDescriptions(world),
      ...tagOperations(world),
      ...metricOperations(world, meter),
    };
    this.json = new JsonService(world, 'CloudWatch', operations, CLOUDWATCH_ERRORS, {
      version: '1.0',
      isQueryCompatible: true,
    });
    this.query = {
      namespace: CLOUDWATCH_NAMESPACE,
      errors: CLOUDWATCH_ERRORS,
      operations: queryOperations(operations),
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    if (isJson(request)) await this.json.handle(request, response, call);
    else await answerQuery(this.query, request, response, call);
  }

  async refuse(request: IncomingMessage, response: ServerResponse, call: AwsCall, error: unknown): Promise<void> {
    if (isJson(request)) await this.json.refuse(request, response, call, error);
    else refuseQuery(this.query, { request, response, requestId: this.world.clock.uniqueId() }, error);
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return headers['x-amz-target'] !== undefined;
}

function queryOperations(operations: JsonOperations): Record<string, QueryOperation> {
  return Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, inQueryTerms(run)]));
}

function inQueryTerms(run: JsonOperation): QueryOperation {
  return async (input) => {
    const output = await run(queryToJson(input));
    return output && jsonToXml(output);
  };
}
