import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Scene } from './scene.js';
import { onEach } from './tested-drivers.js';

/** The least that a variant may ask for. */
const STARTUP_TIMEOUT_SECONDS = 60;

onEach(['dockerd', 'podman'], (driver) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open(driver);
    // It takes a minute to be given up; the other tests run meanwhile.
    await scene.create({
      name: 'never-healthy',
      environment: { ECHO_PING: '503' },
      minimum: 1,
      startupTimeoutSeconds: STARTUP_TIMEOUT_SECONDS,
    });
  }, 120_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  const described = async (EndpointName: string) =>
    scene.aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));

  it('fails an endpoint whose container ends at once, with how it ended', async () => {
    await scene.create({ name: 'crashing', environment: { ECHO_EXIT_AFTER_MS: '1' }, minimum: 1 });
    const { FailureReason } = await failed('crashing');
    expect(FailureReason).toMatch(/exit code 3/);
  });

  it('replaces an instance that is sick', async () => {
    await scene.deploy({ name: 'sick', minimum: 1, maximum: 1 });
    const before = await containersOf('sick');
    expect(before).toHaveLength(1);
    await scene.answer(await scene.invoke('sick', 'x', 'ping=503'));
    const after = await scene.until('another serves in its place', async () => {
      const now = await containersOf('sick');
      return now.length === 1 && now[0] !== before[0] && now;
    });
    expect(after).toHaveLength(1);
    expect(await scene.faultsOf([await scene.invoke('sick', 'afterwards')])).toEqual([]);
  });

  it('fails an endpoint whose container never gets healthy, with what it said last', async () => {
    const { FailureReason } = await failed('never-healthy');
    expect(FailureReason).toMatch(/did not pass the ping health check/);
    expect(FailureReason).toContain('ready');
  });

  function failed(name: string) {
    return scene.until(`${name} is Failed`, async () => {
      const endpoint = await described(name);
      return endpoint.EndpointStatus === 'Failed' && endpoint;
    });
  }

  /** By the container's own environment, which is the same whatever the driver calls things. */
  async function containersOf(endpointName: string): Promise<string[]> {
    const ids: string[] = [];
    for (const { Id, Labels } of await scene.engine.listContainers()) {
      if (Object.values(Labels).includes(endpointName)) ids.push(Id);
    }
    return ids;
  }
});
