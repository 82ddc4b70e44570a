import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { World } from '../../../../libs/engine/world.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { SCALING_ERRORS } from '../../../../libs/wire/scaling/errors.js';
import { JsonService } from '../json-service.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Surface } from '../surface.js';
import { activityOperations } from './activity-operations.js';
import { policyOperations } from './policy-operations.js';
import { scheduledActionOperations } from './scheduled-action-operations.js';
import { tagOperations } from './tag-operations.js';
import { targetOperations } from './target-operations.js';

/** Application Auto Scaling: scalable targets, scaling policies, scheduled actions, scaling activities and tags. */
@Injectable()
export class ScalingSurface implements Surface {
  private readonly service: JsonService;

  constructor(world: World) {
    const operations = {
      ...targetOperations(world),
      ...policyOperations(world),
      ...scheduledActionOperations(world),
      ...activityOperations(world),
      ...tagOperations(world),
    };
    this.service = new JsonService(world, 'Application Auto Scaling', operations, SCALING_ERRORS);
  }

  handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    return this.service.handle(request, response, call);
  }

  refuse(request: IncomingMessage, response: ServerResponse, call: AwsCall, error: unknown): Promise<void> {
    return this.service.refuse(request, response, call, error);
  }
}
