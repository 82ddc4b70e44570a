import { expect, it } from 'vitest';
import { killRun } from './kill-run.js';

const KILLS = Number(process.env['EBB_KILLS'] ?? 50);
const SEED = Number(process.env['EBB_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

it(`settles every accepted invocation exactly once though the service is killed ${KILLS} times`, async () => {
  console.log(`EBB_KILLS=${KILLS} EBB_SEED=${SEED}`);
  const { wrong, counts } = await killRun(KILLS, SEED);
  console.table(counts);
  expect(wrong).toEqual([]);
});
