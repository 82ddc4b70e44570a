import type { BareAnswer } from '../bare-server-process.js';
import type { Row } from '../bench.js';
import { Child } from '../child.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { againstFloor, told, under } from '../figure.js';
import { invokeRequest } from '../invoke-request.js';
import type { Load, LoadResult } from '../load-process.js';
import { median } from '../statistics.js';

const CONNECTIONS = 64;
const INPUT = 's3://inputs/one.json';

/**
 * Durable 202s a second, against `node:http` that gives the same answer to the same requests and does nothing. The
 * endpoint may have no instances, so that nothing but accepting is measured.
 */
export const accept: Row = async ({ directory, quick }) => {
  await using ebb = await EbbProcess.start(directory);
  await using generator = await Child.start('load-process');
  await using bare = await Child.start('bare-server-process');
  const client = new EbbClient(ebb);
  await client.deploy('accept');
  const barePort = await bare.call<number>('listen', replayable(await client.invoke('accept', INPUT)));
  const load = (port: number, measureMs: number): Promise<LoadResult> => {
    const request = invokeRequest(port, 'accept', INPUT);
    return generator.call('load', { port, request, connections: CONNECTIONS, warmUpMs: 300, measureMs } satisfies Load);
  };
  for (const port of [barePort, ebb.port]) await load(port, 1_500);

  const floors: LoadResult[] = [];
  const results: LoadResult[] = [];
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    floors.push(await load(barePort, quick ? 1_000 : 2_000));
    results.push(await load(ebb.port, quick ? 1_000 : 2_000));
  }
  const rate = median(results.map(({ ratePerSecond }) => ratePerSecond));
  const floor = median(floors.map(({ ratePerSecond }) => ratePerSecond));
  return [
    againstFloor('accept: durable 202s', '/s', rate, floor, 0.3),
    under('accept: p99 at full load', 'ms', median(results.map(({ p99Ms }) => p99Ms)), 20),
    told(
      'accept: core used by the load generator (Ebb, floor)',
      'cores',
      median(results.map(({ generatorCpu }) => generatorCpu)),
      median(floors.map(({ generatorCpu }) => generatorCpu)),
    ),
  ];
};

/** Without the headers that `node:http` adds by itself. */
function replayable(answer: BareAnswer): BareAnswer {
  const added = new Set(['date', 'connection', 'keep-alive']);
  const headers: string[] = [];
  for (let at = 0; at < answer.headers.length; at += 2) {
    const name = String(answer.headers[at]);
    if (!added.has(name.toLowerCase())) headers.push(name, String(answer.headers[at + 1]));
  }
  return { ...answer, headers };
}
