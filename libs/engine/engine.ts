import { AlarmWatch } from './alarm/alarm-watch.js';
import { AutoscalerLoop } from './autoscaler/autoscaler-loop.js';
import { CountChange } from './deployment/count-change.js';
import { EndpointCreation } from './deployment/endpoint-creation.js';
import { EndpointDeletion } from './deployment/endpoint-deletion.js';
import { endLeftoverActivities } from './autoscaler/end-leftover-activities.js';
import { EndpointRollOut } from './deployment/endpoint-roll-out.js';
import { Fleet } from './instance/fleet.js';
import type { FleetObserver } from './instance/instance-lives.js';
import { Leadership } from './autoscaler/leadership.js';
import { Meter } from './metric/meter.js';
import { EndpointScaler } from './scaling/scale-endpoint.js';
import type { ScalingSettings } from './scaling/scaling-settings.js';
import { ScheduledActions } from './scaling/scheduled-actions.js';
import { DeliverySender } from './delivery/send-deliveries.js';
import { VariantHistories } from './scaling/variant-histories.js';
import { WorkerLoop } from './worker/worker-loop.js';
import type { World } from './world.js';

/** How long running invocations may continue after a stop request, before they are handed back. */
const STOP_GRACE_MS = 10_000;

/** The duty, held by one process at a time, to decide the number of instances. */
const SCALING = 'scaling';

/** All loops of one process: the worker that owns its instances, the autoscaler, and the sender of deliveries. */
export class Engine {
  readonly fleet: Fleet;
  readonly meter: Meter;
  private readonly worker: WorkerLoop;
  private readonly autoscaler: AutoscalerLoop;
  private readonly sender: DeliverySender;
  private readonly leadership: Leadership;
  private readonly histories: VariantHistories;
  private readonly alarms: AlarmWatch;
  private readonly scheduled: ScheduledActions;

  constructor(
    private readonly world: World,
    workerId: string,
    settings: ScalingSettings,
  ) {
    this.histories = new VariantHistories(world);
    this.fleet = new Fleet(world, this.observer());
    this.meter = new Meter(world, this.fleet);
    this.worker = new WorkerLoop(world, this.fleet, workerId, this.meter, (endpointName, variantName, serviceMs) =>
      this.histories.served(endpointName, variantName, serviceMs),
    );
    this.leadership = new Leadership(world, SCALING, workerId);
    this.alarms = new AlarmWatch(world, this.meter, settings.pace, this.leadership, (name) =>
      this.autoscaler.look(name),
    );
    const { alarms: policies, histories, leadership } = this;
    const steps = {
      creation: new EndpointCreation(world, this.fleet),
      deletion: new EndpointDeletion(world, this.fleet, histories),
      rollOut: new EndpointRollOut(world, this.fleet, histories, leadership),
      counts: new CountChange(world, this.fleet, leadership),
      scaler: new EndpointScaler(world, this.fleet, { policies, learnt: histories, settings }, leadership),
    };
    this.autoscaler = new AutoscalerLoop(world, this.fleet, steps, leadership);
    this.scheduled = new ScheduledActions(world, this.leadership);
    this.sender = new DeliverySender(world, this.meter);
  }

  /** Starts the loops in order. The existing instances are known before anything is decided. */
  async start(): Promise<void> {
    await this.fleet.start();
    this.histories.start();
    this.meter.start();
    await this.worker.start();
    this.autoscaler.start();
    this.alarms.start();
    this.scheduled.start();
    this.leadership.start(
      () => endLeftoverActivities(this.world),
      () => this.lead(),
    );
    this.sender.start();
  }

  /**
   * Stops the loops in reverse order. Running invocations may finish within `STOP_GRACE_MS`; the rest are handed back,
   * to run after the next start.
   */
  async stop(): Promise<void> {
    await Promise.all([this.autoscaler.stop(), this.alarms.stop(), this.scheduled.stop()]);
    await this.leadership.stop();
    const grace = new AbortController();
    void this.handBackAfterGrace(grace.signal);
    await this.worker.stop();
    grace.abort();
    await this.sender.stop();
    await this.fleet.terminateAll();
    await Promise.all([this.meter.stop(), this.histories.stop()]);
  }

  /** Looks at everything anew, because this process does not know what the previous leader did. */
  private lead(): void {
    this.alarms.reload();
    this.scheduled.look();
    this.autoscaler.lookAtAll();
  }

  private observer(): FleetObserver {
    return {
      started: (endpointName, variantName, phasesMs) => {
        const startMs = Object.values(phasesMs).reduce((sum, ms) => sum + ms, 0);
        this.meter.add('InstanceStarts', endpointName, variantName, 1);
        this.meter.add('InstanceStartTime', endpointName, variantName, startMs);
        this.histories.started(endpointName, variantName, phasesMs);
      },
      startFailed: (endpointName, variantName) => this.meter.add('InstanceStartFailures', endpointName, variantName, 1),
    };
  }

  private async handBackAfterGrace(signal: AbortSignal): Promise<void> {
    try {
      await this.world.clock.sleep(STOP_GRACE_MS, signal);
    } catch {
      return;
    }
    this.world.log.info('Handing back the invocations that still run', { running: this.worker.runningCount });
    this.worker.kill();
  }
}
