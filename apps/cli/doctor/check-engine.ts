import { Agent, request } from 'undici';
import type { Session } from '../session/session.js';
import type { Check } from './check.js';

const LIMIT_MS = 5_000;

/** Whether containers could be run; where instances are processes, that does not matter. */
export async function checkEngine({ environment }: Session): Promise<Check> {
  const name = 'Containers';
  const isWanted = environment.text('EBB_PROFILE') === 'docker' || environment.text('EBB_INSTANCES') === 'docker';
  const engine =
    environment.text('EBB_DOCKER_HOST') ?? environment.text('DOCKER_HOST') ?? 'unix:///var/run/docker.sock';
  try {
    return { name, outcome: 'ok', finding: `${await engineVersion(engine)} at ${engine}` };
  } catch (error) {
    const finding = `no engine answers at ${engine}: ${(error as Error).message}`;
    if (!isWanted) return { name, outcome: 'skip', finding: `${finding}; instances are processes, which need none` };
    const advice =
      'Start dockerd, or `podman system service`; say where it listens with EBB_DOCKER_HOST; may this user use it?';
    return { name, outcome: 'fail', finding, advice };
  }
}

async function engineVersion(engine: string): Promise<string> {
  const socketPath = /^unix:\/\/(.+)$/.exec(engine)?.[1];
  const dispatcher = new Agent({ connect: { socketPath, timeout: LIMIT_MS } });
  try {
    const origin = socketPath === undefined ? engine.replace(/^tcp:/, 'http:') : 'http://engine';
    const { body } = await request(`${origin}/version`, { dispatcher, signal: AbortSignal.timeout(LIMIT_MS) });
    const { Components: [component] = [], Version } = (await body.json()) as {
      readonly Version?: string;
      readonly Components?: readonly { readonly Name?: string }[];
    };
    if (Version === undefined) throw new Error('what listens there is no container engine');
    return `${component?.Name ?? 'An engine'} ${Version}`;
  } finally {
    await dispatcher.destroy();
  }
}
