import { EngineService } from '../../apps/standalone/engine.service.js';
import { AutoscalerLoop } from '../../libs/engine/autoscaler-loop.js';
import { EndpointDeployer } from '../../libs/engine/deploy-endpoint.js';
import { Fleet } from '../../libs/engine/fleet.js';
import { DeliverySender } from '../../libs/engine/send-deliveries.js';
import { settleBacklog } from '../../libs/engine/settle-backlog.js';
import { WorkerLoop } from '../../libs/engine/worker-loop.js';
import type { SimulatedProcess } from './simulated-process.js';

/** The engine of one process, put together as the standalone process does. */
export class RunningEngine {
  readonly fleet: Fleet;
  isStopping = false;
  private readonly service: EngineService;

  constructor(
    readonly process: SimulatedProcess,
    keepWarmMs: number,
  ) {
    const { world, workerId } = process;
    this.fleet = new Fleet(world);
    const deployer = new EndpointDeployer(world, ({ name }) => settleBacklog(world, name, 'The endpoint was deleted.'));
    this.service = new EngineService(
      world,
      this.fleet,
      new WorkerLoop(world, this.fleet, workerId),
      new AutoscalerLoop(world, this.fleet, deployer, keepWarmMs),
      new DeliverySender(world),
    );
  }

  /** A process whose start fails ends, and is started again by whoever watches over it. */
  async start(): Promise<void> {
    await this.service.start().catch(() => this.process.die());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.race([this.service.stop(), this.process.died.promise]);
    this.process.die();
  }
}
