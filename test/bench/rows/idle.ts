import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../bench.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { under } from '../figure.js';

const ENDPOINTS = 1_000;
const SETTLE_MS = 2_000;

/** What 1,000 endpoints at zero cost while nobody asks for anything. */
export const idle: Row = async ({ directory, quick }) => {
  await using ebb = await EbbProcess.start(directory);
  const client = new EbbClient(ebb);
  await client.createConfig('idle', 1);
  const names = Array.from({ length: ENDPOINTS }, (_, index) => `idle-${index}`);
  // The SQL of the catalog is the bottleneck; a few at a time keep it busy.
  for (let at = 0; at < names.length; at += 10) {
    await Promise.all(names.slice(at, at + 10).map((name) => client.createEndpoint(name, 'idle')));
  }
  await sleep(SETTLE_MS);
  const before = ebb.figures();
  const startedAt = performance.now();
  await sleep(quick ? 5_000 : 20_000);
  const { cpuSeconds, rssMb } = ebb.figures();
  const share = (cpuSeconds - before.cpuSeconds) / ((performance.now() - startedAt) / 1000);
  return [
    under('idle: 1,000 endpoints at zero, processor', '% of a core', share * 100, 1),
    under('idle: 1,000 endpoints at zero, RSS', 'MB', rssMb, 300),
  ];
};
