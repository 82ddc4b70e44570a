import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { endpointKey } from '../../libs/core/endpoint.js';
import { describeInvocation, describeVariants } from '../../libs/engine/describe-situation.js';
import { InstanceStatus } from '../../libs/engine/instance-status.js';
import { World } from '../../libs/engine/world.js';
import { Config } from '../../libs/host/config.js';
import { formatEndpointStatus, formatInvocationStatus } from '../../libs/wire/status.js';
import { Needs } from './v1/access.guard.js';

/** What SageMaker's API cannot tell: where an endpoint and an invocation stand at this moment, and why. */
@Controller('v1')
@Needs('read')
export class StatusController {
  constructor(
    private readonly world: World,
    private readonly instances: InstanceStatus,
    private readonly config: Config,
  ) {}

  @Get('endpoints/:name')
  async endpoint(@Param('name') name: string): Promise<object> {
    const endpoint = await this.world.catalog.endpoints.get(endpointKey(name));
    if (!endpoint) throw new NotFoundException(`There is no endpoint '${name}'.`);
    const backlog = await this.world.ledger.backlog(endpoint.name);
    const { maxKeepWarmMs } = this.config.scaling;
    const variants = await describeVariants(this.world, this.instances, { endpoint, backlog, maxKeepWarmMs });
    return formatEndpointStatus(endpoint, backlog, this.instances.counts(endpoint.name), variants);
  }

  @Get('invocations/:id')
  async invocation(@Param('id') id: string): Promise<object> {
    const invocation = await this.world.ledger.find(id);
    if (!invocation) throw new NotFoundException(`There is no invocation '${id}'.`);
    const { maxKeepWarmMs } = this.config.scaling;
    return formatInvocationStatus(await describeInvocation(this.world, this.instances, invocation, maxKeepWarmMs));
  }
}
