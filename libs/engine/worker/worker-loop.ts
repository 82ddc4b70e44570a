import { endpointOf } from '../../core/ports/signals.js';
import type { Fleet } from '../instance/fleet.js';
import type { Meter } from '../metric/meter.js';
import type { World } from '../world.js';
import { type AttemptWorld, Attempts } from './attempts.js';
import { Dispatcher } from './dispatcher.js';
import { HeldLeases } from './held-leases.js';
import { Reclaimer } from './reclaimer.js';

/**
 * Leases invocations while an instance has a free slot, runs them, settles them. `start` begins, `stop` takes no more
 * and waits for what runs, `kill` hands back what still runs.
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
    /** Told how long each invocation took that a container has answered, from its lease to the answer's last byte. */
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

  /** Takes back first what an earlier run under the same id still held: nobody else will before its leases run out. */
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

  /** Takes no more, and resolves when all that runs has been settled. Leases are renewed until then. */
  async stop(): Promise<void> {
    this.unsubscribe();
    this.attempts.refuse();
    await Promise.all([this.dispatcher.stop(), this.reclaimer.stop()]);
    await this.attempts.finished();
    await this.leases.stop();
  }

  /** Hands what still runs back to the backlog, uncounted. `stop` resolves soon after. */
  kill(): void {
    this.attempts.kill();
    this.leases.abandonAll();
  }

  /** How many invocations run on this worker now. */
  get runningCount(): number {
    return this.leases.count;
  }
}
