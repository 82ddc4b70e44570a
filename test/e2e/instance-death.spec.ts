import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { expect, it } from 'vitest';
import { deployEndpoint, endpointNow } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { canSeeProcesses, instanceProcesses } from '../support/live-processes.js';
import { NotificationInbox } from '../support/notification-inbox.js';
import { startStandalone } from '../support/standalone.js';

const SLOTS = 3;

it.skipIf(!canSeeProcesses)('another instance completes the invocations of an instance that was killed', async () => {
  await using inbox = await NotificationInbox.listen();
  await using ebb = await startStandalone();
  using aws = new AwsClients(ebb.url);
  const successTopic = await inbox.topic(aws, 'done');
  await deployEndpoint(aws, { name: 'mortal', slots: SLOTS, maximum: 1, successTopic });
  const instances = () => instanceProcesses(ebb.dataDirectory).map(({ pid }) => pid);
  const invoke = async (Body: string, CustomAttributes = '') => {
    const command = new InvokeEndpointAsyncCommand({ EndpointName: 'mortal', Body, CustomAttributes });
    const { InferenceId, OutputLocation } = await aws.runtime.send(command);
    return { inferenceId: InferenceId!, outputLocation: OutputLocation!, body: Body };
  };
  const told = (inferenceId: string) => eventually('it is told of', () => inbox.of(inferenceId));

  await told((await invoke('first')).inferenceId);
  const [victim] = instances();
  // The container holds its answers until its death, even if that takes long.
  const release = join(ebb.dataDirectory, 'release');
  const running = await Promise.all(['a', 'b', 'c'].map((body) => invoke(body, `hold=${release}`)));
  await eventually('all of them run', async () => (await endpointNow(aws, 'mortal')).backlog.running === SLOTS);
  process.kill(victim!, 'SIGKILL');
  await eventually('the instance is gone', () => !instances().includes(victim!));
  writeFileSync(release, '');

  for (const { inferenceId, outputLocation, body } of running) {
    expect(await told(inferenceId)).toMatchObject({ invocationStatus: 'Completed' });
    expect((await aws.objectAt(outputLocation))?.text).toBe(body);
    expect(await aws.status(`invocations/${inferenceId}`)).toMatchObject({
      state: 'Completed',
      attempts: [{ number: 1 }, { number: 2 }],
    });
    expect(inbox.heard.get(inferenceId)?.documents.size).toBe(1);
  }
  expect(instances()).toHaveLength(1);
  expect(instances()).not.toContain(victim);
  await told((await invoke('after')).inferenceId);
});
