import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { request } from 'undici';
import type { Instances } from '../../../libs/core/ports/instances.js';
import type { Log } from '../../../libs/engine/log.js';
import { Config } from '../../../libs/host/config.js';
import { openWorld } from '../../../libs/host/open-world.js';
import { NotMeasured, type Row } from '../bench.js';
import { atMostTimes, told } from '../figure.js';
import { median } from '../statistics.js';

const IMAGE = 'localhost/no-op';
const PORT = '8080/tcp';
const NETWORK = 'ebb-bench';
const TALKING = 'com.docker.network.bridge.enable_icc';
/** Both sides ask as often as this whether the container answers. */
const PING_EVERY_MS = 5;
const LOG: Log = { debug: () => {}, info: () => {}, warn: console.error, error: console.error };

/**
 * From asking for a container to its first good ping: by the Docker driver, against the fewest calls of the Engine API that
 * do it, on the engine that EBB_BENCH_DOCKER_HOST names as `unix://…`. The floor's container is, as the driver's, on a
 * network on which no other can reach it; a second figure tells what that costs against the engine's default network, which
 * all share. The sides take turns, each first every third round.
 */
export const container: Row = async ({ directory, quick }) => {
  const host = process.env['EBB_BENCH_DOCKER_HOST'];
  if (!host) throw new NotMeasured('EBB_BENCH_DOCKER_HOST names no container engine (unix:///var/run/docker.sock)');
  await promisify(execFile)(process.execPath, [
    'infra/images/build.mjs',
    `--engine=${host}`,
    'test/bench/images/no-op',
  ]);
  const engine = new Docker({ socketPath: host.slice('unix://'.length) });
  const { world, close } = await openDriver(directory, host);
  const network = await engine.createNetwork({ Name: NETWORK, Options: { [TALKING]: 'false' } });
  const [driverMs, apartMs, togetherMs]: [number[], number[], number[]] = [[], [], []];
  const sides = [
    async () => driverMs.push(await startByDriver(world.instances)),
    async () => apartMs.push(await startBare(engine, NETWORK)),
    async () => togetherMs.push(await startBare(engine)),
  ];
  try {
    // The first round warms all up and is not counted.
    for (let round = 0; round <= (quick ? 5 : 20); round++) {
      for (let turn = 0; turn < sides.length; turn++) await sides[(round + turn) % sides.length]!();
    }
  } finally {
    await network.remove();
    await close();
  }
  const [driver, apart, together] = [driverMs, apartMs, togetherMs].map((times) => median(times.slice(1)));
  return [
    atMostTimes('container: create to first ping', 'ms', driver!, apart!, 1.15),
    told('container: against one on the shared network', 'ms', driver!, together!),
  ];
};

/** As Ebb itself opens it, so that the bench knows its settings only. */
function openDriver(directory: string, host: string): ReturnType<typeof openWorld> {
  const environment = { EBB_PROFILE: 'docker', EBB_DOCKER_HOST: host, EBB_DATA_DIR: join(directory, 'ebb') };
  return openWorld(Config.read(environment, process.cwd()), LOG, () => 'http://127.0.0.1:1');
}

async function startByDriver(instances: Instances): Promise<number> {
  const instanceId = randomUUID();
  const startedAt = performance.now();
  await instances.launch({
    instanceId,
    endpointName: 'bench',
    variantName: 'main',
    deploymentId: 'bench',
    container: { image: IMAGE, environment: {} },
    downloadTimeoutMs: 60_000,
  });
  while ((await instances.ping(instanceId)) !== 'healthy') await sleep(PING_EVERY_MS);
  const elapsedMs = performance.now() - startedAt;
  await instances.terminate(instanceId, 0);
  return elapsedMs;
}

async function startBare(engine: Docker, network?: string): Promise<number> {
  const startedAt = performance.now();
  const created = await engine.createContainer({
    Image: IMAGE,
    ExposedPorts: { [PORT]: {} },
    HostConfig: { NetworkMode: network, PortBindings: { [PORT]: [{ HostIp: '127.0.0.1', HostPort: '' }] } },
  });
  await created.start();
  const { NetworkSettings } = await created.inspect();
  const origin = `http://127.0.0.1:${NetworkSettings.Ports[PORT]![0]!.HostPort}`;
  while (!(await answers(origin))) await sleep(PING_EVERY_MS);
  const elapsedMs = performance.now() - startedAt;
  await created.remove({ force: true });
  return elapsedMs;
}

async function answers(origin: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${origin}/ping`);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
