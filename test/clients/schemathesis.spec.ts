import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { type StandaloneProcess, newDataDirectory, startStandalone } from '../support/standalone.js';
import { type Known, fill, makeKey } from './fuzz-scene.js';
import { type Ran, isInstalled } from './programs.js';
import { type FuzzRun, SCHEMATHESIS, fuzz } from './schemathesis.js';

const isThere = isInstalled(SCHEMATHESIS, '--version');
const SECONDS = Number(process.env['EBB_TEST_FUZZ_SECONDS'] ?? 60);
const SEED = Number(process.env['EBB_TEST_SEED'] ?? randomInt(2 ** 31));
/** What starting, filling and the last of the checks take beside the looking itself. */
const TIMEOUT_MS = (SECONDS + 180) * 1000;

describe.skipIf(!isThere)('Schemathesis, with all that it looks for', { timeout: TIMEOUT_MS }, () => {
  it('finds nothing where no key is needed', async () => {
    await using ebb = await startStandalone();
    const known = await fill(ebb.url);
    expectNothingFound(await fuzz({ url: ebb.url, known, seed: SEED, seconds: SECONDS }));
    expect(brokenPromises(ebb)).toEqual([]);
  });

  it('finds nothing where every request has to show a key', async () => {
    const EBB_DATA_DIR = newDataDirectory();
    try {
      const { known, token } = await prepare(EBB_DATA_DIR);
      await using ebb = await startStandalone({ EBB_DATA_DIR, EBB_ACCESS: 'keys' });
      expectNothingFound(await fuzz({ url: ebb.url, known, seed: SEED, seconds: SECONDS, token }));
      expect(brokenPromises(ebb)).toEqual([]);
    } finally {
      await removeTree(EBB_DATA_DIR);
    }
  });
});

/** Whoever is to be let in with a key has to make it before. */
async function prepare(EBB_DATA_DIR: string): Promise<{ readonly known: Known } & Required<Pick<FuzzRun, 'token'>>> {
  await using ebb = await startStandalone({ EBB_DATA_DIR });
  const known = await fill(ebb.url);
  const { token } = await makeKey(ebb.url, 'fuzzer');
  return { known, token };
}

function expectNothingFound({ code, output, errors }: Ran): void {
  if (code !== 0) throw new Error(`EBB_TEST_SEED=${SEED} finds this again:\n${output}\n${errors}`);
  expect(output).toMatch(/Selected: (\d+)\/\1\s+Tested: \1\s/);
  console.log(
    `EBB_TEST_SEED=${SEED}: ${/Operations: .*total/.exec(output)?.[0]}, ${/\d+ generated/.exec(output)?.[0]}`,
  );
}

/** What Ebb logs as an error is a failure of its own, whatever it answered. */
function brokenPromises(ebb: StandaloneProcess): string[] {
  return ebb.log.filter((line) => line.includes('"level":"error"') || line.includes('"level":50'));
}
