import type { Clock } from '../core/ports/clock.js';

/** What an agent does for its endpoint, and how often at most. */
export interface EndpointWork {
  /** Looks at the endpoint once, and acts. Resolves with when the next look is due although nobody tells, if ever. */
  readonly look: (endpointName: string) => Promise<number | undefined>;
  /** Logs that a look failed. Must not throw. */
  readonly onFailure: (endpointName: string, error: unknown) => void;
  /** How long an agent waits at least between two looks; 0 for not at all. */
  readonly shortestIntervalMs: number;
  /** When the look after a failed one is due although nobody tells. */
  readonly retryMs: number;
  /** How long an agent waits at least after a failed look. */
  readonly shortestRetryMs: number;
}

/** The agent of one endpoint, while it looks or rests. */
interface Agent {
  /** Told since its last look began. */
  isTold: boolean;
  /** Absent until it first rests. */
  rest?: AbortController;
  done: Promise<void>;
}

/** Given as the reason because the default one, an error with its stack, costs more than the rest of a tell. */
const TOLD = 'told';

/**
 * One agent for each endpoint that has something to do. An agent looks at its endpoint, rests until the next look is due
 * or it is told, and disappears when nothing is due: an endpoint at rest costs nothing.
 */
export class PerEndpoint {
  private readonly agents = new Map<string, Agent>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly work: EndpointWork,
  ) {}

  /** Aborted when no more looks are wanted. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Whether the endpoint has an agent now. */
  has(endpointName: string): boolean {
    return this.agents.has(endpointName);
  }

  /** Has the endpoint looked at as soon as may be. A look that is under way is followed by another. */
  tell(endpointName: string): void {
    if (this.signal.aborted) return;
    const current = this.agents.get(endpointName);
    if (current) {
      // Once is enough: waking makes an error in the clock, and every accepted invocation comes by here.
      if (!current.isTold) current.rest?.abort(TOLD);
      current.isTold = true;
      return;
    }
    const agent: Agent = { isTold: false, done: Promise.resolve() };
    this.agents.set(endpointName, agent);
    agent.done = this.lookUntilQuiet(endpointName, agent);
  }

  /** Begins no more looks, and resolves when none is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const agents = [...this.agents.values()];
    for (const { rest } of agents) rest?.abort(TOLD);
    await Promise.all(agents.map(({ done }) => done));
  }

  private async lookUntilQuiet(endpointName: string, agent: Agent): Promise<void> {
    const { look, onFailure, retryMs, shortestIntervalMs, shortestRetryMs } = this.work;
    try {
      while (!this.signal.aborted) {
        agent.isTold = false;
        let dueAt: number | undefined;
        let pauseMs = shortestIntervalMs;
        try {
          dueAt = await look(endpointName);
        } catch (error) {
          onFailure(endpointName, error);
          dueAt = this.clock.now() + retryMs;
          pauseMs = shortestRetryMs;
        }
        if (pauseMs > 0) await this.clock.sleep(pauseMs, this.signal).catch(() => undefined);
        if (agent.isTold) continue;
        if (dueAt === undefined) return;
        const restMs = dueAt - this.clock.now();
        if (restMs > 0) await this.rest(agent, restMs);
      }
    } finally {
      // Nothing is awaited between the last look and here: whoever tells finds an agent that goes on, or none.
      this.agents.delete(endpointName);
    }
  }

  private async rest(agent: Agent, ms: number): Promise<void> {
    // A signal that is aborted already wakes nobody.
    if (this.signal.aborted) return;
    agent.rest = new AbortController();
    await this.clock.sleep(ms, agent.rest.signal).catch(() => undefined);
  }
}
