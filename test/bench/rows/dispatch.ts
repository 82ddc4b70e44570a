import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../bench.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { under } from '../figure.js';
import { percentile } from '../statistics.js';

const INTERVAL_MS = 10;
const WARM_UP = 300;
/** A stop takes no more work: the last that was accepted must have been handed out before. */
const LAST_HAND_OUT_MS = 500;
const INPUT = JSON.stringify({ text: 'x'.repeat(1_013) });

/**
 * From a request to the container seeing it, on a warm instance at 100 a second. Counted from before the request is
 * sent, which is earlier than its acceptance; the container notes when it sees each inference id, by the same clock.
 */
export const dispatch: Row = async ({ directory, quick }) => {
  const arrivals = join(directory, 'arrivals');
  const sentAt = new Map<string, number>();
  {
    await using ebb = await EbbProcess.start(join(directory, 'ebb'));
    const client = new EbbClient(ebb);
    await client.createBucket('inputs');
    await client.putObject('/inputs/one.json', INPUT, INPUT.length);
    await client.deploy('dispatch', { bounds: [1, 1], environment: { ARRIVALS: arrivals } });
    await client.awaitInstances('dispatch', 1);
    await atSteadyPace(WARM_UP + (quick ? 300 : 1_000), async (index) => {
      const id = `inference-${index}`;
      if (index >= WARM_UP) sentAt.set(id, performance.timeOrigin + performance.now());
      await client.invoke('dispatch', 's3://inputs/one.json', { 'x-amzn-sagemaker-inference-id': id });
    });
    await sleep(LAST_HAND_OUT_MS);
    // Stopping finishes what runs and ends the container, which then writes down the arrivals.
  }
  const latenciesMs = (await readFile(arrivals, 'utf8')).split('\n').flatMap((line) => {
    const [id = '', at] = line.split(' ');
    const sent = sentAt.get(id);
    return sent === undefined ? [] : [Number(at) - sent];
  });
  if (latenciesMs.length !== sentAt.size) throw new Error(`${latenciesMs.length} of ${sentAt.size} arrived.`);
  return [
    under('dispatch: sent to seen by the container, p50', 'ms', percentile(latenciesMs, 0.5), 5),
    under('dispatch: sent to seen by the container, p99', 'ms', percentile(latenciesMs, 0.99), 25),
  ];
};

/** Starts one after the other at fixed times, however long each takes; resolves when all are done. */
async function atSteadyPace(count: number, start: (index: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, startedAt + index * INTERVAL_MS - performance.now()));
    all.push(start(index));
  }
  await Promise.all(all);
}
