import { type DynamicModule, Module } from '@nestjs/common';
import { Authenticator } from '../../libs/engine/access/authenticate.js';
import { Engine } from '../../libs/engine/engine.js';
import { InstanceControl, InstanceCounts, InstanceStatus } from '../../libs/engine/instance/instance-view.js';
import { Meter } from '../../libs/engine/metric/meter.js';
import { Situations } from '../../libs/engine/situation/situations.js';
import type { World } from '../../libs/engine/world.js';
import type { Config } from '../../libs/host/config.js';
import { WorldModule } from '../../libs/host/world.module.js';
import { ApiModule } from '../api/api.module.js';

/**
 * The id of the one worker. It stays the same over restarts, so the worker takes its instances and leases back at once.
 */
const WORKER_ID = 'standalone';

/** All of Ebb in one process: the API, one worker that owns every instance, and the autoscaler. */
@Module({})
export class StandaloneModule {
  static of(config: Config, world: World, authenticator: Authenticator): DynamicModule {
    const engine = new Engine(world, WORKER_ID, config.scaling);
    const fromEngine = [
      { provide: Authenticator, useValue: authenticator },
      { provide: InstanceCounts, useValue: engine.fleet },
      { provide: InstanceStatus, useValue: engine.fleet },
      { provide: InstanceControl, useValue: engine.fleet },
      { provide: Meter, useValue: engine.meter },
      { provide: Situations, useValue: new Situations(world, engine.fleet, config.scaling) },
    ];
    return {
      module: StandaloneModule,
      imports: [WorldModule.of(config, world), ApiModule.of(config, fromEngine)],
      providers: [{ provide: Engine, useValue: engine }],
    };
  }
}
