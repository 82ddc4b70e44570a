import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployEndpoint, endpointNow } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { canSeeProcesses, instanceProcesses } from '../support/live-processes.js';
import { StandaloneProcess, newDataDirectory, startStandalone } from '../support/standalone.js';

/** The service hands back running invocations after 10 s. The rest of a stop is quick, even on a busy machine. */
const STOP_LIMIT_MS = 30_000;

describe.concurrent('the standalone process', () => {
  it('prints only one line, when it is ready', async () => {
    const ebb = await startStandalone();
    const { url, dataDirectory } = ebb;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await ebb.stop()).toEqual({ code: 0, signal: null });
    expect(ebb.output).toEqual([`Ebb is ready at ${url} (profile local, data in ${dataDirectory})`]);
  });

  describe.concurrent('beside another one', () => {
    let owner: StandaloneProcess;
    beforeAll(async () => {
      owner = await startStandalone();
    });
    afterAll(() => owner?.stop());

    it('refuses, in one line, a data directory that another process uses', async () => {
      await using second = new StandaloneProcess({ EBB_DATA_DIR: owner.dataDirectory });
      expect(await second.exited).toEqual({ code: 1, signal: null });
      expect(second.output).toEqual([]);
      expect(second.log).toEqual([
        `Ebb cannot start: The data directory '${owner.dataDirectory}' is in use by another Ebb process: ` +
          'one process owns it at a time.',
      ]);
      expect((await fetch(`${owner.url}/health`)).status).toBe(200);
    });

    it('refuses, in one line, a port that is taken', async () => {
      await using second = new StandaloneProcess({ EBB_PORT: new URL(owner.url).port });
      expect(await second.exited).toEqual({ code: 1, signal: null });
      expect(second.log).toEqual([expect.stringMatching(/^Ebb cannot start: .*EADDRINUSE/)]);
    });
  });

  it.each([
    ['EBB_PORT', 'http', 'a number from 0 to 65535'],
    ['EBB_PORT', '80.5', 'a whole number from 0 to 65535'],
    ['EBB_HOST', '0.0.0.0', 'ebb keys create NAME --role operate --local'],
    ['EBB_HOST', 'a b', 'an address or a host name'],
    ['EBB_ACCESS', 'keys', 'ebb keys create NAME --role operate --local'],
    ['EBB_TLS_KEY_FILE', '/nowhere', 'must be set'],
    ['EBB_MAX_CONNECTIONS', '0', 'a number from 1'],
    ['EBB_KEEP_WARM_SECONDS', '-1', 'a number from 0 to 86400'],
    ['EBB_PROFILE', 'cloud', 'one of local'],
    ['EBB_ACCOUNT_ID', '123', 'exactly 12 digits'],
    ['EBB_REGION', 'moon', 'a region such as us-east-1'],
  ])('refuses %s=%s, naming the variable and the rule', async (name, value, rule) => {
    await using ebb = new StandaloneProcess({ [name]: value });
    expect(await ebb.exited).toEqual({ code: 2, signal: null });
    expect(ebb.log).toEqual([expect.stringContaining(name)]);
    expect(ebb.log[0]).toContain(rule);
    expect(ebb.output).toEqual([]);
  });

  it('on SIGTERM finishes running invocations, hands back those that take too long, and settles the rest after a restart', async () => {
    const EBB_DATA_DIR = newDataDirectory();
    const first = await startStandalone({ EBB_DATA_DIR });
    const aws = new AwsClients(first.url);
    await deployEndpoint(aws, { name: 'busy', slots: 4, maximum: 1 });
    const endless = await invoke(aws, 'hang');
    const release = join(EBB_DATA_DIR, 'release');
    const running = await Promise.all(Array.from({ length: 3 }, () => invoke(aws, `hold=${release}`)));
    const waiting = await Promise.all(Array.from({ length: 8 }, () => invoke(aws, 'delayMs=10')));
    await eventually('four of them run', async () => (await endpointNow(aws, 'busy')).backlog.running === 4);

    const askedAt = performance.now();
    const stopped = first.stop();
    writeFileSync(release, '');
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(STOP_LIMIT_MS);
    aws[Symbol.dispose]();
    expect(canSeeProcesses ? instanceProcesses(EBB_DATA_DIR) : []).toEqual([]);

    await using second = await startStandalone({ EBB_DATA_DIR });
    using again = new AwsClients(second.url);
    for (const { inferenceId } of running) {
      expect(await again.status(`invocations/${inferenceId}`)).toMatchObject({
        state: 'Completed',
        attempts: [{ number: 1, ended: 'succeeded' }],
      });
    }
    for (const { outputLocation } of waiting) {
      await eventually('what waited is done', () => again.objectAt(outputLocation));
    }
    expect(await again.status(`invocations/${endless.inferenceId}`)).toMatchObject({
      state: 'Running',
      attempts: [{ number: 1 }, { number: 2 }],
    });
    await second.kill();
    rmSync(EBB_DATA_DIR, { recursive: true });
  });
});

async function invoke({ runtime }: AwsClients, CustomAttributes: string) {
  const command = new InvokeEndpointAsyncCommand({ EndpointName: 'busy', Body: 'x', CustomAttributes });
  const { InferenceId, OutputLocation } = await runtime.send(command);
  return { inferenceId: InferenceId!, outputLocation: OutputLocation! };
}
