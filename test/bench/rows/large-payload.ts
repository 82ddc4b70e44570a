import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BareCopy } from '../bare-steps-process.js';
import type { Row } from '../bench.js';
import { Child } from '../child.js';
import { Container } from '../container.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { againstFloor, under } from '../figure.js';
import { readCompleted } from '../settled-record.js';
import { median } from '../statistics.js';

const MIB = 1024 * 1024;
const OUTPUTS = '/sagemaker-us-east-1-000000000000/async-endpoint-outputs/large';

/**
 * 1 GiB in and out, from the lease to the settlement by the ledger's own record, against the bare copy through the same
 * container; both end with the output on disk.
 */
export const largePayload: Row = async ({ directory, quick }) => {
  const sizeMib = quick ? 256 : 1024;
  const dataDirectory = join(directory, 'ebb');
  const inputFile = join(directory, 'input');
  const outputFile = join(directory, 'output');
  const floorsMs: number[] = [];
  let peakRssMb: number;
  {
    await using ebb = await EbbProcess.start(dataDirectory);
    await using bare = await Child.start('bare-steps-process');
    await using container = await Container.start();
    const client = new EbbClient(ebb);
    await client.createBucket('inputs');
    await client.putObject('/inputs/large', Readable.from(pieces(sizeMib)), sizeMib * MIB);
    await writeFile(inputFile, pieces(sizeMib));
    await client.deploy('large', { bounds: [1, 1] });
    await client.awaitInstances('large', 1);
    for (let round = 0; round < 3; round++) {
      const copy: BareCopy = { origin: container.origin, inputFile, outputFile };
      floorsMs.push(await bare.call<number>('copy', copy));
      await rm(outputFile);
      await client.invoke('large', 's3://inputs/large', { 'x-amzn-sagemaker-filename': `output-${round}` });
      await client.awaitObject(`${OUTPUTS}/output-${round}`);
      await client.deleteObject(`${OUTPUTS}/output-${round}`);
    }
    peakRssMb = ebb.figures().peakRssMb;
  }
  const times = readCompleted(dataDirectory, 'large').map(({ startedAt, settledAt }) => settledAt - startedAt);
  const rate = (ms: number): number => sizeMib / (ms / 1000);
  return [
    againstFloor(`${sizeMib} MiB in and out`, 'MiB/s', rate(median(times)), rate(median(floorsMs)), 0.8),
    under(`${sizeMib} MiB in and out: peak RSS`, 'MB', peakRssMb, 250),
  ];
};

function* pieces(count: number): Generator<Uint8Array> {
  const piece = Buffer.alloc(MIB, 'all work and no play ');
  for (let index = 0; index < count; index++) yield piece;
}
