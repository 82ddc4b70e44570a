import { Injectable } from '@nestjs/common';
import type { Invocation } from '../../../libs/core/invocation.js';
import { describeInvocation } from '../../../libs/engine/describe-situation.js';
import { InstanceStatus } from '../../../libs/engine/instance-status.js';
import { ProgressBook } from '../../../libs/engine/progress-book.js';
import { World } from '../../../libs/engine/world.js';
import { Config } from '../../../libs/host/config.js';
import { formatInvocation } from '../../../libs/wire/rest/invocation-document.js';
import type { GET_INVOCATION } from '../../../libs/wire/rest/invocation-routes.js';
import type { Document } from '../../../libs/wire/rest/route.js';

/** Tells all that there is to be told of an invocation: its record, where it stands and why, and what its container says. */
@Injectable()
export class InvocationDescriber {
  constructor(
    private readonly world: World,
    private readonly instances: InstanceStatus,
    private readonly book: ProgressBook,
    private readonly config: Config,
  ) {}

  async describe(invocation: Invocation): Promise<Document<typeof GET_INVOCATION>> {
    const { maxKeepWarmMs } = this.config.scaling;
    const situation = await describeInvocation(this.world, this.instances, invocation, maxKeepWarmMs);
    const isQueued = invocation.state === 'Queued';
    const position = isQueued ? await this.world.ledger.position(invocation.id) : undefined;
    return formatInvocation(situation, position, this.book.since(invocation.id));
  }
}
