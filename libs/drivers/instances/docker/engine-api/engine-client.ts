import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { EbbError } from '../../../../core/errors.js';
import { explainEngineError, isAway } from './engine-errors.js';
import { failOnBrokenAnswers } from './whole-answers.js';

/**
 * The addresses that an engine may have. A host must be a loopback address, because the engine publishes the ports of
 * containers only locally on its own machine.
 */
const ADDRESS =
  /^(?:unix:\/\/(?<socketPath>\/.+)|(?:tcp|http):\/\/(?<host>localhost|127(?:\.\d+){3}|\[::1\]):(?<port>\d+)\/?)$/;

const RETRY_MS = 250;

/** One container engine, dockerd or Podman, reached over the Engine API. */
export class EngineClient {
  private constructor(
    readonly address: string,
    readonly isPodman: boolean,
    private readonly client: Docker,
  ) {}

  /**
   * Connects to the engine at `unix:///path`, or `tcp://` on the loopback address. Raises `Unavailable`, with advice,
   * if it does not answer.
   */
  static async connect(address: string): Promise<EngineClient> {
    const { socketPath, host, port } = ADDRESS.exec(address)?.groups ?? {};
    if (socketPath === undefined && host === undefined) {
      throw new EbbError(
        'Unavailable',
        `'${address}' is not an engine's address: it must be unix:///path, or tcp:// with the loopback address and a port.`,
      );
    }
    const options = {
      // Options that are absent here would come from DOCKER_HOST and related variables.
      socketPath,
      host: host?.replace(/[[\]]/g, ''),
      port,
      protocol: 'http' as const,
      timeout: 0,
      // A kept connection may belong to an engine process that has been restarted since.
      agent: new Agent({ keepAlive: false }),
    };
    const client = new Docker(options);
    failOnBrokenAnswers(client);
    try {
      const { Components = [] } = await client.version();
      const isPodman = Components.some(({ Name }) => Name === 'Podman Engine');
      return new EngineClient(address, isPodman, client);
    } catch (error) {
      throw explainEngineError(error, address);
    }
  }

  /** Calls the engine once. Raises `Unavailable` if it does not answer, and otherwise the engine's own error. */
  async ask<T>(call: (client: Docker) => Promise<T>): Promise<T> {
    try {
      return await call(this.client);
    } catch (error) {
      throw explainEngineError(error, this.address);
    }
  }

  /**
   * Calls the engine as `ask` does, and repeats the call while the engine does not answer, until `patienceMs` have
   * passed.
   */
  async askPatiently<T>(call: (client: Docker) => Promise<T>, patienceMs: number, signal?: AbortSignal): Promise<T> {
    const until = performance.now() + patienceMs;
    for (;;) {
      try {
        return await this.ask(call);
      } catch (error) {
        if (signal?.aborted || !isAway(error) || performance.now() >= until) throw error;
      }
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}
