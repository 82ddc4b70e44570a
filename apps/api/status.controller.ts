import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { describeInvocation } from '../../libs/engine/describe-situation.js';
import { InstanceStatus } from '../../libs/engine/instance-status.js';
import { World } from '../../libs/engine/world.js';
import { Config } from '../../libs/host/config.js';
import { formatInvocationStatus } from '../../libs/wire/status.js';
import { Needs } from './v1/access.guard.js';

/** What SageMaker's API cannot tell: where an invocation stands at this moment, and why. */
@Controller('v1')
@Needs('read')
export class StatusController {
  constructor(
    private readonly world: World,
    private readonly instances: InstanceStatus,
    private readonly config: Config,
  ) {}

  @Get('invocations/:id')
  async invocation(@Param('id') id: string): Promise<object> {
    const invocation = await this.world.ledger.find(id);
    if (!invocation) throw new NotFoundException(`There is no invocation '${id}'.`);
    const { maxKeepWarmMs } = this.config.scaling;
    return formatInvocationStatus(await describeInvocation(this.world, this.instances, invocation, maxKeepWarmMs));
  }
}
