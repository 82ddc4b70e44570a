import { AutoscalerLoop } from './autoscaler-loop.js';
import { EndpointDeployer } from './deploy-endpoint.js';
import { endLeftoverActivities } from './end-leftover-activities.js';
import { Fleet } from './fleet.js';
import { Meter } from './meter.js';
import type { ScalingSettings } from './scaling-settings.js';
import { DeliverySender } from './send-deliveries.js';
import { settleBacklog } from './settle-backlog.js';
import { WorkerLoop } from './worker-loop.js';
import type { World } from './world.js';

/** How long running invocations may go on after a stop was asked for, before they are handed back. */
const STOP_GRACE_MS = 10_000;

/** All loops of one process, put together: a worker that owns its instances, the autoscaler, and the sender. */
export class Engine {
  readonly fleet: Fleet;
  readonly meter: Meter;
  private readonly worker: WorkerLoop;
  private readonly autoscaler: AutoscalerLoop;
  private readonly sender: DeliverySender;

  constructor(
    private readonly world: World,
    workerId: string,
    settings: ScalingSettings,
  ) {
    this.fleet = new Fleet(world);
    this.meter = new Meter(world, this.fleet);
    this.worker = new WorkerLoop(world, this.fleet, workerId);
    const deployer = new EndpointDeployer(world, ({ name }) =>
      settleBacklog(world, name, `The endpoint ${name} was deleted before it processed the request.`),
    );
    this.autoscaler = new AutoscalerLoop(world, this.fleet, deployer, settings);
    this.sender = new DeliverySender(world);
  }

  /** Starts the loops in order. */
  async start(): Promise<void> {
    await Promise.all([this.fleet.removeLeftovers(), endLeftoverActivities(this.world)]);
    this.meter.start();
    await this.worker.start();
    this.autoscaler.start();
    this.sender.start();
  }

  /** In the reverse order. What runs may finish for a while; what does not is handed back, to run after the next start. */
  async stop(): Promise<void> {
    await this.autoscaler.stop();
    const grace = new AbortController();
    void this.handBackAfterGrace(grace.signal);
    await this.worker.stop();
    grace.abort();
    await this.sender.stop();
    await this.fleet.terminateAll();
    await this.meter.stop();
  }

  private async handBackAfterGrace(signal: AbortSignal): Promise<void> {
    try {
      await this.world.clock.sleep(STOP_GRACE_MS, signal);
    } catch {
      return;
    }
    this.world.log.info('Handing back what still runs', { running: this.worker.runningCount });
    this.worker.kill();
  }
}
