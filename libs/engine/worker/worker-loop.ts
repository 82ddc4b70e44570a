import { endpointOf } from '../../core/ports/signals.js';
import type { Fleet } from '../instance/fleet.js';
import type { Meter } from '../metric/meter.js';
import type { World } from '../world.js';
import { type AttemptWorld, Attempts } from './attempts.js';
import { Dispatcher } from './dispatcher.js';
import { HeldLeases } from './held-leases.js';
import { Reclaimer } from './reclaimer.js';

/**
 * Leases invocations while an instance has a free slot, runs them and settles them. `start` begins, `stop` leases no
 * more and waits for running invocations, and `kill` returns the running ones to the backlog.
 */
export class WorkerLoop {
  private readonly leases: HeldLeases;
  private readonly attempts: Attempts;
  private readonly dispatcher: Dispatcher;
  private readonly reclaimer: Reclaimer;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly world: AttemptWorld & Pick<World, 'catalog'>,
    fleet: Fleet,
    private readonly workerId: string,
    meter: Pick<Meter, 'add'>,
    /** Called when a container has answered an invocation, with the time from its lease to the answer's last byte. */
    served: (endpointName: string, variantName: string, serviceMs: number) => void = () => undefined,
  ) {
    const dispatch = (endpointName: string): void => this.dispatcher.dispatch(endpointName);
    this.leases = new HeldLeases(world);
    this.attempts = new Attempts(world, fleet, this.leases, meter, { slotFreed: dispatch, served });
    this.dispatcher = new Dispatcher(world, fleet, workerId, (invocation, slot) =>
      this.attempts.begin(invocation, slot),
    );
    this.reclaimer = new Reclaimer(world, workerId, this.leases, meter, dispatch);
  }

  /**
   * Starts leasing. First it reclaims the leases that an earlier run under the same id still held, because no other
   * worker can before they run out.
   */
  async start(): Promise<void> {
    const { invocations, ledger, signals, clock } = this.world;
    await ledger.reclaim(clock.now(), this.workerId);
    this.unsubscribe = signals.subscribe((signal) => {
      const endpointName = endpointOf(signal);
      if (endpointName !== undefined) this.dispatcher.dispatch(endpointName);
      else if (signal.kind === 'cancelled') this.leases.cancel(signal.invocationId);
    });
    this.leases.start();
    this.reclaimer.start();
    for (const endpointName of await invocations.endpointsWithBacklog())
      signals.notify({ kind: 'backlog', endpointName });
  }

  /** Leases no more. Resolves when all running invocations have been settled; their leases are renewed until then. */
  async stop(): Promise<void> {
    this.unsubscribe();
    this.attempts.refuse();
    await Promise.all([this.dispatcher.stop(), this.reclaimer.stop()]);
    await this.attempts.finished();
    await this.leases.stop();
  }

  /** Returns running invocations to the backlog, and the attempts do not count. `stop` resolves soon after. */
  kill(): void {
    this.attempts.kill();
    this.leases.abandonAll();
  }

  /** The number of invocations that run on this worker now. */
  get runningCount(): number {
    return this.leases.count;
  }
}
