import { expect, test } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { InvocationScript } from '../../../test/support/memory-instances.js';
import { Fleet } from '../instance/fleet.js';
import { settleBacklog } from './settle-backlog.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { WorkerLoop } from './worker-loop.js';

/** A worker with one instance, which treats every invocation as the script says. */
async function aWorker(script: InvocationScript, count = 1) {
  const parts = memoryWorld({ invoke: () => script });
  const { world, clock, logs } = parts;
  const endpoint = await deployEndpoint(parts);
  const fleet = new Fleet(world);
  const worker = new WorkerLoop(world, fleet, 'worker', { add: () => undefined });
  await worker.start();
  fleet.launch(endpoint, endpoint.variants[0]!, count);
  await clock.advance(0);
  const submit = (inferenceId: string, ttlSeconds?: number) =>
    submitInvocation(world, { endpointName: 'reader', inferenceId, input: { body: Buffer.from('page') }, ttlSeconds });
  const dataLog = () => logs.lines.filter(({ stream }) => stream === 'data-log');
  return { world, clock, fleet, submit, dataLog };
}

test('writes a failure of the model to the log of its instance', async () => {
  const { clock, fleet, submit, dataLog } = await aWorker({ status: 500, serviceMs: 250 });
  const [instance] = fleet.instances('reader');
  await submit('page-1');
  await clock.advance(250);
  const time = new Date(clock.now()).toISOString().slice(0, -1);
  expect(dataLog()).toEqual([
    {
      endpointName: 'reader',
      variantName: 'AllTraffic',
      instanceId: instance!.id,
      at: clock.now(),
      stream: 'data-log',
      text:
        `${time}:[sagemaker logs] [page-1] ClientError: Received server error (500) from model. ` +
        'See the SageMaker Endpoint logs in your account for more information.',
    },
  ]);
});

test('writes that an instance broke, even if the invocation goes on elsewhere', async () => {
  const { clock, submit, dataLog } = await aWorker({ end: 'die' });
  await submit('page-1');
  await clock.advance(1_000);
  expect(dataLog()).toMatchObject([
    { variantName: 'AllTraffic', text: expect.stringContaining('[page-1] The instance broke while it ran this') },
  ]);
});

test('writes nothing for an invocation that succeeds or is only returned to the backlog', async () => {
  const { clock, submit, dataLog } = await aWorker({});
  await submit('page-1');
  await clock.advance(1_000);
  expect(dataLog()).toEqual([]);
});

test('writes to the log of the endpoint if an invocation expired or was left when the endpoint was deleted', async () => {
  const { world, clock, submit, dataLog } = await aWorker({}, 0);
  await submit('late', 60);
  await clock.advance(70_000);
  await submit('left');
  await settleBacklog(world, 'reader', 'The endpoint was deleted.');
  const own = { endpointName: 'reader', stream: 'data-log' };
  expect(dataLog()).toEqual([
    { ...own, at: expect.any(Number), text: expect.stringContaining('[late] ClientError: The request expired') },
    { ...own, at: clock.now(), text: expect.stringContaining('[left] ClientError: The endpoint was deleted.') },
  ]);
});
