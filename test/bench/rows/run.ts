import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BareRun } from '../bare-steps-process.js';
import type { Row } from '../bench.js';
import { Child } from '../child.js';
import { Container } from '../container.js';
import { EbbClient, SLOTS } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { againstFloor, told } from '../figure.js';
import { invokeRequest } from '../invoke-request.js';
import type { Load } from '../load-process.js';
import { readCompleted } from '../settled-record.js';
import { median, middleRate } from '../statistics.js';

const INPUT = JSON.stringify({ text: 'x'.repeat(1_013) });
const LONGEST_LOAD_MS = 60_000;

/**
 * Settled invocations a second out of a backlog that was there before, against the same steps with nothing around
 * them. Both sides get a fresh container of the same image each round, and as many invocations at once. Ebb's outputs
 * are also synced to disk one by one; a second floor tells what the bare steps come to with that.
 */
export const run: Row = async ({ directory, quick }) => {
  const dataDirectory = join(directory, 'ebb');
  const count = quick ? 3_000 : 6_000;
  const rounds = quick ? 2 : 4;
  const floors: number[] = [];
  const syncedFloors: number[] = [];
  {
    await using ebb = await EbbProcess.start(dataDirectory);
    await using generator = await Child.start('load-process');
    await using bare = await Child.start('bare-steps-process');
    const client = new EbbClient(ebb);
    await client.createBucket('inputs');
    await client.putObject('/inputs/one.json', INPUT, INPUT.length);

    // The first round of each warms both up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      floors.push(await bareRound(bare, directory, count, false));
      await ebbRound(ebb, client, generator, `run-${round}`, count);
      syncedFloors.push(await bareRound(bare, directory, count, true));
    }
  }
  const rates = Array.from({ length: rounds }, (_, round) =>
    middleRate(readCompleted(dataDirectory, `run-${round + 1}`).map(({ settledAt }) => settledAt)),
  );
  return [
    againstFloor('run: settled invocations, 1 KB', '/s', median(rates), median(floors.slice(1)), 0.6),
    told('run: against bare steps that sync outputs too', '/s', median(rates), median(syncedFloors.slice(1))),
  ];
};

async function bareRound(bare: Child, directory: string, count: number, sync: boolean): Promise<number> {
  await using container = await Container.start();
  const inputFile = join(directory, 'one.json');
  const outputDirectory = join(directory, 'outputs');
  await writeFile(inputFile, INPUT);
  await mkdir(outputDirectory);
  const { origin } = container;
  const steps: BareRun = { origin, inputFile, outputDirectory, count, concurrency: SLOTS, sync };
  const rate = await bare.call<number>('run', steps);
  await rm(outputDirectory, { recursive: true });
  return rate;
}

/** Fills the backlog of a new endpoint that may have no instance, then allows one and waits for the last output. */
async function ebbRound(
  ebb: EbbProcess,
  client: EbbClient,
  generator: Child,
  endpointName: string,
  count: number,
): Promise<void> {
  await client.deploy(endpointName);
  const request = invokeRequest(ebb.port, endpointName, 's3://inputs/one.json');
  const load: Load = {
    port: ebb.port,
    request,
    connections: 64,
    warmUpMs: 0,
    measureMs: LONGEST_LOAD_MS,
    maxRequests: count,
  };
  await generator.call('load', load);
  await client.invoke(endpointName, 's3://inputs/one.json', { 'x-amzn-sagemaker-filename': 'last' });
  await client.setBounds(endpointName, 0, 1);
  await client.awaitObject(`/sagemaker-us-east-1-000000000000/async-endpoint-outputs/${endpointName}/last`);
  await client.setBounds(endpointName, 0, 0);
  await client.awaitInstances(endpointName, 0);
}
