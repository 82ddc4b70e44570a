import { Engine } from '../../libs/engine/engine.js';
import type { Fleet } from '../../libs/engine/instance/fleet.js';
import type { SimulatedProcess } from './simulated-process.js';

/** The engine of one process, as the standalone process has it. */
export class RunningEngine {
  readonly fleet: Fleet;
  isStopping = false;
  private readonly engine: Engine;

  constructor(
    readonly process: SimulatedProcess,
    maxKeepWarmMs: number,
  ) {
    const promise = { kind: 'start', withinMs: 0 } as const;
    this.engine = new Engine(process.world, process.workerId, { pace: 'fast', promise, maxKeepWarmMs });
    this.fleet = this.engine.fleet;
  }

  /** A process whose start fails ends; its supervisor starts it again. */
  async start(): Promise<void> {
    await this.engine.start().catch(() => this.process.die());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.race([this.engine.stop(), this.process.died.promise]);
    this.process.die();
  }
}
