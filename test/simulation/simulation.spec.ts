import { expect, test } from 'vitest';
import { drawScenario } from './scenario.js';
import { simulate } from './simulation.js';

/**
 * Run `EBB_SIMULATION_RUNS=5000 npm run test:simulation` for many runs, or set `EBB_SEED=…` for one run and its log.
 */
const RUNS = Number(process.env['EBB_SIMULATION_RUNS'] ?? 25);
const SEED = process.env['EBB_SEED'];

test.skipIf(SEED !== undefined)('has the same outcome twice from one seed', async () => {
  const [first, second] = [await simulate(drawScenario(1)), await simulate(drawScenario(1))];
  expect(first.log).toEqual(second.log);
  expect(first.settled).toBeGreaterThan(0);
});

test('every accepted invocation settles once and in order, through any incidents', { timeout: 3_600_000 }, async () => {
  const first = SEED === undefined ? (Date.now() % 1_000_000) * 1000 : Number(SEED);
  const runs = SEED === undefined ? RUNS : 1;
  for (let seed = first; seed < first + runs; seed += 1) {
    const { violations, log } = await simulate(drawScenario(seed));
    if (SEED !== undefined) console.log(log.join('\n'));
    expect(violations, `Again: EBB_SEED=${seed} npm run test:simulation`).toEqual([]);
  }
});
