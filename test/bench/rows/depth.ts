import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationRequest } from '../../../libs/core/invocation/invocation.js';
import { openSqliteLedger } from '../../../libs/drivers/ledger/open-sqlite.js';
import type { Bench, Row } from '../bench.js';
import { Child } from '../child.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { againstFloor, under } from '../figure.js';
import { invokeRequest } from '../invoke-request.js';
import type { Load, LoadResult } from '../load-process.js';
import { readCompleted } from '../settled-record.js';
import { median, middleRate } from '../statistics.js';

const ENDPOINT = 'depth';
const INPUT = 's3://inputs/one.json';
const DEPTH = { quick: 100_000, full: 1_000_000 };
const FILL_BATCH = 256;
const RUN_MS = { quick: 2_000, full: 4_000 };

/** An Ebb whose backlog is deep, or empty at first; both are treated alike. */
class Side {
  readonly acceptRates: number[] = [];
  readonly runWindows: (readonly [from: number, to: number])[] = [];
  private constructor(
    private ebb: EbbProcess,
    private readonly dataDirectory: string,
  ) {}

  static async prepare(dataDirectory: string, depth: number): Promise<Side> {
    {
      await using ebb = await EbbProcess.start(dataDirectory);
      const client = new EbbClient(ebb);
      await client.createBucket('inputs');
      await client.putObject('/inputs/one.json', '{}', 2);
      await client.deploy(ENDPOINT);
    }
    await fill(dataDirectory, depth);
    return new Side(await EbbProcess.start(dataDirectory), dataDirectory);
  }

  get rssMb(): number {
    return this.ebb.figures().rssMb;
  }

  async accept(generator: Child, measureMs: number): Promise<void> {
    const { port } = this.ebb;
    const request = invokeRequest(port, ENDPOINT, INPUT);
    const load: Load = { port, request, connections: 64, warmUpMs: 500, measureMs };
    const { ratePerSecond } = await generator.call<LoadResult>('load', load);
    this.acceptRates.push(ratePerSecond);
  }

  /** Runs for a while and stops: what is queued cannot be held back in a running Ebb without deleting it. */
  async run(forMs: number): Promise<void> {
    const client = new EbbClient(this.ebb);
    const from = Date.now();
    await client.setBounds(ENDPOINT, 0, 1);
    await client.awaitInstances(ENDPOINT, 1);
    await sleep(forMs);
    this.runWindows.push([from, Date.now()]);
    await client.setBounds(ENDPOINT, 0, 0);
    await this.ebb.stop();
  }

  async restart(): Promise<void> {
    this.ebb = await EbbProcess.start(this.dataDirectory);
  }

  stop(): Promise<void> {
    return this.ebb.stop();
  }

  runRates(): number[] {
    const settledAt = readCompleted(this.dataDirectory, ENDPOINT).map((invocation) => invocation.settledAt);
    return this.runWindows.map(([from, to]) => middleRate(settledAt.filter((at) => at >= from && at < to)));
  }
}

/** Accepting and running with a million queued, against the same with an empty backlog. */
export const depth: Row = async ({ directory, quick }: Bench) => {
  const deep = await Side.prepare(join(directory, 'deep'), quick ? DEPTH.quick : DEPTH.full);
  const shallow = await Side.prepare(join(directory, 'shallow'), 0);
  const sides = [shallow, deep];
  let growthMb: number;
  try {
    await using generator = await Child.start('load-process');
    for (let round = 0; round < (quick ? 2 : 4); round++) {
      for (const side of sides) await side.accept(generator, quick ? 1_000 : 2_000);
    }
    growthMb = deep.rssMb - shallow.rssMb;
    for (let round = 0; round < 2; round++) {
      if (round > 0) for (const side of sides) await side.restart();
      for (const side of sides) await side.run(quick ? RUN_MS.quick : RUN_MS.full);
    }
  } finally {
    for (const side of sides) await side.stop();
  }
  const queued = (quick ? DEPTH.quick : DEPTH.full).toLocaleString('en-US');
  const rates = (side: Side): readonly [number, number] => [median(side.acceptRates), median(side.runRates())];
  const [deepAccept, deepRun] = rates(deep);
  const [shallowAccept, shallowRun] = rates(shallow);
  return [
    againstFloor(`depth: 202s with ${queued} queued`, '/s', deepAccept, shallowAccept, 0.8),
    againstFloor(`depth: settled with ${queued} queued`, '/s', deepRun, shallowRun, 0.8),
    under('depth: RSS more than with an empty backlog', 'MB', growthMb, 100),
  ];
};

/** Straight into the ledger, which nobody else has open now: over HTTP it would take minutes. */
async function fill(dataDirectory: string, count: number): Promise<void> {
  const { ledger, close } = openSqliteLedger(dataDirectory);
  try {
    for (let first = 0; first < count; first += FILL_BATCH) {
      const batch = Array.from({ length: Math.min(FILL_BATCH, count - first) }, (_, index) => first + index);
      await Promise.all(batch.map((index) => ledger.accept(requestOf(index))));
    }
  } finally {
    close();
  }
}

function requestOf(index: number): InvocationRequest {
  const id = `01990000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;
  const acceptedAt = Date.now();
  return {
    id,
    inferenceId: id,
    endpointName: ENDPOINT,
    inputLocation: INPUT,
    contentType: 'application/json',
    outputLocation: `s3://sagemaker-us-east-1-000000000000/async-endpoint-outputs/${ENDPOINT}/${id}.out`,
    acceptedAt,
    expiresAt: acceptedAt + 21_600_000,
    timeoutMs: 900_000,
    includeResponseIn: [],
  };
}
