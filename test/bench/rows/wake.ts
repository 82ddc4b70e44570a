import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../bench.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { exactly, told, under } from '../figure.js';
import { percentile } from '../statistics.js';

/** Long enough for the instance that was woken to come and go, so that each wake finds a quiet machine. */
const PAUSE_MS = 200;
const BURST = 1_000;
const BURST_SLOTS = 100;
const BURST_INSTANCES = BURST / BURST_SLOTS;

/**
 * From a request to an endpoint at zero to its launch being asked for. Counted from before the request is sent to the
 * service's own log line `Scaling`, which is written right after the launch was asked; both in whole milliseconds.
 */
export const wake: Row = async ({ directory, quick }) => {
  await using ebb = await EbbProcess.start(directory, { EBB_KEEP_WARM_SECONDS: '0' });
  const client = new EbbClient(ebb);
  const count = quick ? 20 : 100;
  await client.createBucket('inputs');
  await client.putObject('/inputs/one.json', '{}', 2);
  await client.deploy('wake-0', { bounds: [0, 1] });
  for (let index = 1; index <= count; index++) {
    await client.createEndpoint(`wake-${index}`, 'wake-0');
    await client.setBounds(`wake-${index}`, 0, 1);
  }
  const sentAt = new Map<string, number>();
  for (let index = 0; index <= count; index++) {
    sentAt.set(`wake-${index}`, Date.now());
    await client.invoke(`wake-${index}`, 's3://inputs/one.json');
    await sleep(PAUSE_MS);
  }
  const latenciesMs = Array.from({ length: count }, (_, index) => {
    // The very first was the warm-up.
    const endpoint = `wake-${index + 1}`;
    const line = ebb.log.find(({ msg, endpoint: of, to }) => msg === 'Scaling' && of === endpoint && to === 1);
    if (!line) throw new Error(`${endpoint} was not woken.`);
    return line.at - sentAt.get(endpoint)!;
  });
  return [
    told('wake: accepted to launch asked, p50', 'ms', percentile(latenciesMs, 0.5)),
    under('wake: accepted to launch asked, p99', 'ms', percentile(latenciesMs, 0.99), 20),
    exactly(`wake: decisions from 0 to ${BURST_INSTANCES} for ${BURST} accepted`, 'decisions', await burst(client), 1),
  ];
};

/** Returns how many decisions it took from zero to all that the backlog needs, which was there when zero was lifted. */
async function burst(client: EbbClient): Promise<number> {
  await client.deploy('burst', { slots: BURST_SLOTS });
  await Promise.all(Array.from({ length: BURST }, () => client.invoke('burst', 's3://inputs/one.json')));
  await client.setBounds('burst', 0, 2 * BURST_INSTANCES);
  for (;;) {
    const activities = await client.scalingActivities('burst');
    const ups = activities.filter(({ from, to }) => to > from);
    if (ups.some(({ to }) => to === BURST_INSTANCES)) {
      await client.setBounds('burst', 0, 0);
      return ups.length;
    }
    await sleep(PAUSE_MS);
  }
}
