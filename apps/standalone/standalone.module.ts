import { type DynamicModule, Module } from '@nestjs/common';
import { AutoscalerLoop } from '../../libs/engine/autoscaler-loop.js';
import { EndpointDeployer } from '../../libs/engine/deploy-endpoint.js';
import { Fleet } from '../../libs/engine/fleet.js';
import { InstanceCounts } from '../../libs/engine/instance-counts.js';
import { DeliverySender } from '../../libs/engine/send-deliveries.js';
import { settleBacklog } from '../../libs/engine/settle-backlog.js';
import { WorkerLoop } from '../../libs/engine/worker-loop.js';
import { World } from '../../libs/engine/world.js';
import { Config } from '../../libs/host/config.js';
import { WorldModule } from '../../libs/host/world.module.js';
import { ApiModule } from '../api/api.module.js';
import { EngineService } from './engine.service.js';

/** There is one worker here, and it keeps its id over restarts: what it held when it was killed, it takes back at once. */
const WORKER_ID = 'standalone';

/** All of Ebb in one process: the API, one worker that owns every instance, and the autoscaler. */
@Module({})
export class StandaloneModule {
  static of(config: Config, world: World): DynamicModule {
    const fleet = new Fleet(world);
    const deployer = new EndpointDeployer(world, ({ name }) =>
      settleBacklog(world, name, `The endpoint ${name} was deleted before it processed the request.`),
    );
    return {
      module: StandaloneModule,
      imports: [WorldModule.of(config, world), ApiModule.of(config, { provide: InstanceCounts, useValue: fleet })],
      providers: [
        { provide: Fleet, useValue: fleet },
        { provide: WorkerLoop, useValue: new WorkerLoop(world, fleet, WORKER_ID) },
        { provide: AutoscalerLoop, useValue: new AutoscalerLoop(world, fleet, deployer, config.keepWarmMs) },
        { provide: DeliverySender, useValue: new DeliverySender(world) },
        EngineService,
      ],
    };
  }
}
