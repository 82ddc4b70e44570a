import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Outsider } from './outsider.js';
import { Scene } from './scene.js';
import { onEach } from './tested-drivers.js';

const MEBIBYTE = 1_048_576;
const MEMORY_MB = 256;
/** An instance type that the operator has made small enough to be filled. */
const TINY = 'ml.t2.medium';
/** As the engine of the tests is configured. */
const PODMAN_OPEN_FILES = 20_000;
const TYPES = { [TINY]: { vCpu: 1, memoryMiB: MEMORY_MB } };

onEach(['dockerd', 'podman'], (driver) => {
  let scene: Scene;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-types-'));
    const file = join(folder, 'instance-types.json');
    writeFileSync(file, JSON.stringify(TYPES));
    scene = await Scene.open(driver, { EBB_INSTANCE_TYPES: file });
    await scene.deploy({ name: 'tiny', instanceType: TINY, maximum: 1, slots: 1 });
  }, 120_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const ask = async (endpoint: string, attributes: string): Promise<string> =>
    scene.answer(await scene.invoke(endpoint, 'x', attributes));

  it(`gives an instance type of ${MEMORY_MB} MiB no more than that`, async () => {
    expect(Number(await ask('tiny', `read=${await memoryLimitFile()}`))).toBe(MEMORY_MB * MEBIBYTE);
    expect(await ask('tiny', 'allocate=100')).toBe('x');
  });

  it('says that an instance was killed for want of memory, and gives the invocation up after three', async () => {
    const greedy = await scene.invoke('tiny', 'x', `allocate=${2 * MEMORY_MB}`);
    const told = await scene.told(greedy);
    expect(told).toMatchObject({ invocationStatus: 'Failed', failureReason: expect.stringMatching(/memory/i) });
    const { attempts, state } = await scene.now(greedy);
    expect([state, attempts.map(({ ended }) => ended)]).toEqual(['Failed', Array(3).fill('instance-broke')]);
    expect(attempts.at(-1)?.reason).toMatch(/memory/i);
    expect(scene.log.filter((line) => /out of memory|out-of-memory|more memory/i.test(line)).length).toBeGreaterThan(0);
    expect(await ask('tiny', '')).toBe('x');
  });

  it('lets a container gain no privileges, and start only so many processes', async () => {
    expect(await ask('tiny', 'read=/proc/self/status')).toMatch(/^NoNewPrivs:\t1$/m);
    expect(await ask('tiny', `read=${await pidsLimitFile()}`)).toBe('4096\n');
  });

  it('lets a container open only so many files, which of Podman its configuration says', async () => {
    const most = driver.name === 'dockerd' ? 16_384 : PODMAN_OPEN_FILES;
    const row = new RegExp(`^Max open files +${most} +${most} `, 'm');
    expect(await ask('tiny', 'read=/proc/self/limits')).toMatch(row);
  });

  it('is reached on the loopback address only', async () => {
    await ask('tiny', '');
    const [container] = await scene.containers();
    const { NetworkSettings } = await scene.engine.getContainer(container!).inspect();
    const bindings = Object.values(NetworkSettings.Ports).flat().filter(Boolean);
    expect(bindings.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1']);
  });

  it('lets an isolated container reach nobody, which another can', async () => {
    await using outsider = await Outsider.open();
    await scene.deploy({ name: 'isolated', isNetworkIsolated: true, maximum: 1 });
    await scene.deploy({ name: 'open', maximum: 1 });
    expect(await ask('open', `connect=${outsider.address}`)).toBe('connected');
    expect(await ask('open', `connect=${outsider.machine}`)).toBe('connected');
    const unreachable = /ENETUNREACH|EHOSTUNREACH|timed out/;
    expect(await ask('isolated', `connect=${outsider.address}`)).toMatch(unreachable);
    expect(await ask('isolated', `connect=${outsider.machine}`)).toMatch(unreachable);
    expect(await ask('isolated', '')).toBe('x');
  });

  async function memoryLimitFile(): Promise<string> {
    return (await isUnified()) ? '/sys/fs/cgroup/memory.max' : '/sys/fs/cgroup/memory/memory.limit_in_bytes';
  }

  async function pidsLimitFile(): Promise<string> {
    return (await isUnified()) ? '/sys/fs/cgroup/pids.max' : '/sys/fs/cgroup/pids/pids.max';
  }

  async function isUnified(): Promise<boolean> {
    return ((await scene.engine.info()) as { CgroupVersion: string }).CgroupVersion === '2';
  }
});
