import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { InstanceCounts } from '../../../../libs/engine/instance/instance-view.js';
import { World } from '../../../../libs/engine/world.js';
import type { AwsCall } from '../../../../libs/wire/aws/aws-request.js';
import { CONTROL_ERRORS } from '../../../../libs/wire/control/errors.js';
import { JsonService } from '../json-service.js';
import type { AdmittedCall } from '../admitted-call.js';
import type { Surface } from '../surface.js';
import { endpointConfigOperations } from './endpoint-config-operations.js';
import { endpointOperations } from './endpoint-operations.js';
import { modelOperations } from './model-operations.js';
import { tagOperations } from './tag-operations.js';

/** SageMaker's control plane: models, endpoint configs and asynchronous endpoints. */
@Injectable()
export class ControlSurface implements Surface {
  private readonly service: JsonService;

  constructor(world: World, instances: InstanceCounts) {
    const operations = {
      ...modelOperations(world),
      ...endpointConfigOperations(world),
      ...endpointOperations(world, instances),
      ...tagOperations(world),
    };
    this.service = new JsonService(world, 'SageMaker', operations, CONTROL_ERRORS);
  }

  handle(request: IncomingMessage, response: ServerResponse, call: AdmittedCall): Promise<void> {
    return this.service.handle(request, response, call);
  }

  refuse(request: IncomingMessage, response: ServerResponse, call: AwsCall, error: unknown): Promise<void> {
    return this.service.refuse(request, response, call, error);
  }
}
