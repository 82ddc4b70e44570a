import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { endpointKey } from '../../libs/core/endpoint.js';
import { InstanceCounts } from '../../libs/engine/instance-counts.js';
import { World } from '../../libs/engine/world.js';
import { formatEndpointStatus, formatInvocationStatus } from '../../libs/wire/status.js';

/** What SageMaker's API cannot tell: where an endpoint and an invocation stand at this moment. */
@Controller('v1')
export class StatusController {
  constructor(
    private readonly world: World,
    private readonly instances: InstanceCounts,
  ) {}

  @Get('endpoints/:name')
  async endpoint(@Param('name') name: string): Promise<object> {
    const endpoint = await this.world.catalog.endpoints.get(endpointKey(name));
    if (!endpoint) throw new NotFoundException(`There is no endpoint '${name}'.`);
    const backlog = await this.world.ledger.backlog(endpoint.name);
    return formatEndpointStatus(endpoint, backlog, this.instances.counts(endpoint.name));
  }

  @Get('invocations/:id')
  async invocation(@Param('id') id: string): Promise<object> {
    const invocation = await this.world.ledger.find(id);
    if (!invocation) throw new NotFoundException(`There is no invocation '${id}'.`);
    return formatInvocationStatus(invocation);
  }
}
