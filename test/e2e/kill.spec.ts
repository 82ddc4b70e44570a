import { expect, it } from 'vitest';
import { killRun } from '../fault/kill-run.js';

const KILLS = 3;
/** This takes about ten seconds on an idle machine. */
const LIMIT_MS = 600_000;
const SEED = Math.floor(Math.random() * 2 ** 32);

/** `npm run test:fault` does this fifty times. */
it(
  `settles every accepted invocation exactly once if the service is killed ${KILLS} times`,
  { timeout: LIMIT_MS },
  async () => {
    console.log(`seed ${SEED}: EBB_KILLS=${KILLS} EBB_SEED=${SEED} npm run test:fault`);
    const { wrong } = await killRun(KILLS, SEED);
    expect(wrong).toEqual([]);
  },
);
