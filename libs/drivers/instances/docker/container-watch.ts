import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerInspectInfo } from 'dockerode';
import type { EngineClient } from './engine-api/engine-client.js';
import { isMissing } from './engine-api/engine-errors.js';

const RETRY_MS = 250;
/** How often Podman checks whether a container has ended. dockerd knows at once and ignores this. */
const LOOK_INTERVAL = '50ms';

/** The end of a container, as far as the engine knows it. */
export interface ContainerEnd {
  /** The last state; absent if someone else removed the container. */
  readonly state?: ContainerInspectInfo['State'];
  /** Whether the engine was away when the container ended. */
  readonly isEngineAway: boolean;
}

/** Waits for one container's end. If the engine does not answer, the watch asks until it does. */
export class ContainerWatch {
  /** Resolves when the container has ended. It never rejects, and never resolves if the watch was stopped. */
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
        // After an outage, the first question to the engine is what happened to the container meanwhile.
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
