import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { EbbError } from '../../../../core/errors.js';
import { explainEngineError, isAway } from './engine-errors.js';
import { failOnBrokenAnswers } from './whole-answers.js';

/** The loopback address only: the ports of containers are published on the engine's machine, and there only locally. */
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

  /** `unix:///path`, or `tcp://` on the loopback address. Raises `Unavailable`, with what to do, if nobody answers. */
  static async connect(address: string): Promise<EngineClient> {
    const { socketPath, host, port } = ADDRESS.exec(address)?.groups ?? {};
    if (socketPath === undefined && host === undefined) {
      throw new EbbError('Unavailable', `'${address}' is no engine's address, such as unix:///var/run/docker.sock is.`);
    }
    const options = {
      // What is left out here would be taken from DOCKER_HOST and its kin.
      socketPath,
      host: host?.replace(/[[\]]/g, ''),
      port,
      protocol: 'http' as const,
      timeout: 0,
      // A kept connection may turn out to lead to an engine that has been restarted.
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

  /** Raises `Unavailable` where the engine does not answer, and otherwise what it answered. */
  async ask<T>(call: (client: Docker) => Promise<T>): Promise<T> {
    try {
      return await call(this.client);
    } catch (error) {
      throw explainEngineError(error, this.address);
    }
  }

  /** As `ask`, again and again while the engine does not answer, until `patienceMs` have passed. */
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
