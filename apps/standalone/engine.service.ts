import { Injectable } from '@nestjs/common';
import { AutoscalerLoop } from '../../libs/engine/autoscaler-loop.js';
import { endLeftoverActivities } from '../../libs/engine/end-leftover-activities.js';
import { Fleet } from '../../libs/engine/fleet.js';
import { DeliverySender } from '../../libs/engine/send-deliveries.js';
import { WorkerLoop } from '../../libs/engine/worker-loop.js';
import { World } from '../../libs/engine/world.js';

/** How long running invocations may go on after a stop was asked for, before they are handed back. */
const STOP_GRACE_MS = 10_000;

/** Starts the engine's loops in order, and stops them in the reverse order. */
@Injectable()
export class EngineService {
  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly worker: WorkerLoop,
    private readonly autoscaler: AutoscalerLoop,
    private readonly sender: DeliverySender,
  ) {}

  async start(): Promise<void> {
    await Promise.all([this.fleet.removeLeftovers(), endLeftoverActivities(this.world)]);
    await this.worker.start();
    this.autoscaler.start();
    this.sender.start();
  }

  /** What runs may finish for a while; what does not is handed back, and runs again after the next start. */
  async stop(): Promise<void> {
    await this.autoscaler.stop();
    const grace = new AbortController();
    void this.handBackAfterGrace(grace.signal);
    await this.worker.stop();
    grace.abort();
    await this.sender.stop();
    await this.fleet.terminateAll();
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
