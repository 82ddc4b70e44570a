import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerInspectInfo } from 'dockerode';
import type { EngineClient } from './engine-api/engine-client.js';
import { isMissing } from './engine-api/engine-errors.js';

const RETRY_MS = 250;
/** How often Podman looks whether a container has ended; dockerd knows at once and takes no notice. */
const LOOK_INTERVAL = '50ms';

/** How a container has ended, as far as the engine can tell. */
export interface ContainerEnd {
  /** Absent when somebody has removed the container. */
  readonly state?: ContainerInspectInfo['State'];
  /** The engine was away when it happened. */
  readonly isEngineAway: boolean;
}

/** Waits for one container's end. That the engine does not answer is no end: it is asked until it does. */
export class ContainerWatch {
  /** Resolves, never rejects; not at all once the watch has been stopped. */
  readonly ended: Promise<ContainerEnd>;
  readonly #engine: EngineClient;
  readonly #id: string;
  readonly #stop: AbortSignal;
  #isAway = false;

  constructor(engine: EngineClient, id: string, stop: AbortSignal) {
    this.#engine = engine;
    this.#id = id;
    this.#stop = stop;
    this.ended = this.#watch();
  }

  async #watch(): Promise<ContainerEnd> {
    for (;;) {
      try {
        // Having been away, the engine is asked first what became of the container meanwhile.
        if (!this.#isAway) await this.#untilItStops();
        const { State: state } = await this.#engine.ask((client) => client.getContainer(this.#id).inspect());
        if (!state.Running && !state.Paused) return { state, isEngineAway: this.#isAway };
        this.#isAway = false;
      } catch (error) {
        if (this.#stop.aborted) return new Promise(() => {});
        if (isMissing(error)) return { isEngineAway: this.#isAway };
        this.#isAway = true;
        await sleep(RETRY_MS);
      }
    }
  }

  async #untilItStops(): Promise<void> {
    const options = { abortSignal: this.#stop, interval: LOOK_INTERVAL };
    await this.#engine.ask((client) => client.getContainer(this.#id).wait(options));
  }
}
