import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../bench.js';
import { EbbClient } from '../ebb-client.js';
import { EbbProcess } from '../ebb-process.js';
import { under } from '../figure.js';

const ENDPOINTS = 1_000;
/** Alarms come to rest when all that they look at is the same: 17 seconds at the fast pace. */
const SETTLE_MS = 20_000;

/** What 1,000 endpoints at zero cost while nobody asks for anything: without policies, then with three alarms each. */
export const idle: Row = async ({ directory, quick }) => {
  await using ebb = await EbbProcess.start(directory);
  const client = new EbbClient(ebb);
  await client.createConfig('idle', 1);
  const names = Array.from({ length: ENDPOINTS }, (_, index) => `idle-${index}`);
  await forEach(names, (name) => client.createEndpoint(name, 'idle'));
  const plain = await measure(ebb, quick);
  await forEach(names, (name) => client.setPolicies(name));
  const scaled = await measure(ebb, quick);
  return [
    under('idle: 1,000 endpoints at zero, processor', '% of a core', plain.share * 100, 1),
    under('idle: 1,000 endpoints at zero, RSS', 'MB', plain.rssMb, 300),
    under('idle: the same with policies and 3,000 alarms, processor', '% of a core', scaled.share * 100, 1),
    under('idle: the same with policies and 3,000 alarms, RSS', 'MB', scaled.rssMb, 300),
  ];
};

/** The SQL of the catalog is the bottleneck; a few at a time keep it busy. */
async function forEach(names: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  for (let at = 0; at < names.length; at += 10) await Promise.all(names.slice(at, at + 10).map(act));
}

async function measure(ebb: EbbProcess, quick: boolean): Promise<{ readonly share: number; readonly rssMb: number }> {
  await sleep(SETTLE_MS);
  const before = ebb.figures();
  const startedAt = performance.now();
  await sleep(quick ? 5_000 : 20_000);
  const { cpuSeconds, rssMb } = ebb.figures();
  const share = (cpuSeconds - before.cpuSeconds) / ((performance.now() - startedAt) / 1000);
  return { share, rssMb };
}
