import type { Clock } from '../core/ports/clock.js';

/** The work of an agent for its endpoint, and the limits on its pace. */
export interface EndpointWork {
  /**
   * Looks at the endpoint once, and acts. Resolves with the time of the next look, if no `tell` comes before it; with
   * undefined if none is due.
   */
  readonly look: (endpointName: string) => Promise<number | undefined>;
  /** Logs that a look failed. Must not throw. */
  readonly onFailure: (endpointName: string, error: unknown) => void;
  /** The shortest wait between two looks; 0 for no wait. */
  readonly shortestIntervalMs: number;
  /** How long after a failed look the next is due, if no `tell` comes before it. */
  readonly retryMs: number;
  /** The shortest wait after a failed look. */
  readonly shortestRetryMs: number;
}

/** The agent of one endpoint, while it looks or rests. */
interface Agent {
  /** Whether `tell` was called since its last look began. */
  isTold: boolean;
  /** Absent until its first rest. */
  rest?: AbortController;
  done: Promise<void>;
}

/** The abort reason of a rest. The default reason, an error with its stack, costs more than the rest of a `tell`. */
const TOLD = 'told';

/**
 * Keeps one agent for each endpoint that has something to do. An agent looks at its endpoint, then rests until the next
 * look is due or until `tell` is called. It disappears when no look is due, so an endpoint at rest costs nothing.
 */
export class PerEndpoint {
  private readonly agents = new Map<string, Agent>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly work: EndpointWork,
  ) {}

  /** Aborted on `stop`: no more looks begin. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Whether the endpoint has an agent now. */
  has(endpointName: string): boolean {
    return this.agents.has(endpointName);
  }

  /** Has the endpoint looked at as soon as possible. If a look is under way, another follows it. */
  tell(endpointName: string): void {
    if (this.signal.aborted) return;
    const current = this.agents.get(endpointName);
    if (current) {
      // Wakes the agent only once: each wake creates an error in the clock, and every accepted invocation calls this.
      if (!current.isTold) current.rest?.abort(TOLD);
      current.isTold = true;
      return;
    }
    const agent: Agent = { isTold: false, done: Promise.resolve() };
    this.agents.set(endpointName, agent);
    agent.done = this.lookUntilQuiet(endpointName, agent);
  }

  /** Begins no more looks. Resolves when no look is under way. */
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
      // No await separates the last look from this line, so `tell` finds either an agent that continues or none.
      this.agents.delete(endpointName);
    }
  }

  private async rest(agent: Agent, ms: number): Promise<void> {
    // No call would end a rest that begins after `stop`.
    if (this.signal.aborted) return;
    agent.rest = new AbortController();
    await this.clock.sleep(ms, agent.rest.signal).catch(() => undefined);
  }
}
