import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NotMeasured, type Row } from './bench.js';
import { type Figure, formatTable } from './figure.js';
import { accept } from './rows/accept.js';
import { container } from './rows/container.js';
import { decision } from './rows/decide.js';
import { depth } from './rows/depth.js';
import { dispatch } from './rows/dispatch.js';
import { idle } from './rows/idle.js';
import { largePayload } from './rows/large-payload.js';
import { run } from './rows/run.js';
import { start } from './rows/start.js';
import { wake } from './rows/wake.js';

/** The gigabytes come last: while the disk still takes them in, every commit of what follows would wait. */
const ROWS: Readonly<Record<string, Row>> = {
  accept,
  dispatch,
  wake,
  decide: decision,
  idle,
  start,
  container,
  run,
  depth,
  payload: largePayload,
};

const USAGE = `npm run bench -- [--only ${Object.keys(ROWS).join(',')}] [--quick] [--check]

The row 'container' needs a container engine, as EBB_BENCH_DOCKER_HOST=unix:///var/run/docker.sock; with
'npm run with-engines -- npm run bench' it gets one of its own.`;

/** Measures every row that was asked for, prints the table and writes `bench.json`. Returns the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const names = values.only?.split(',') ?? Object.keys(ROWS);
  const unknown = names.find((name) => !(name in ROWS));
  if (unknown !== undefined) {
    console.error(`There is no row '${unknown}'. ${USAGE}`);
    return 2;
  }
  const figures: Figure[] = [];
  const notMeasured: string[] = [];
  for (const name of names) {
    const measured = await measure(name, values.quick);
    if (measured instanceof NotMeasured) notMeasured.push(`${name}: ${measured.message}`);
    else figures.push(...measured);
  }
  console.log(`\n${formatTable(figures)}\n`);
  for (const what of notMeasured) console.log(`Not measured: ${what}.`);
  console.log('Not measured: accepting against Fastify with BullMQ on Redis, which are no dependencies of Ebb.');
  await writeFile('bench.json', `${JSON.stringify(figures, null, 2)}\n`);
  return values.check && figures.some(({ met }) => met === false) ? 1 : 0;
}

async function measure(name: string, quick: boolean): Promise<Figure[] | NotMeasured> {
  const directory = mkdtempSync(join(tmpdir(), 'ebb-bench-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  const startedAt = performance.now();
  try {
    return await ROWS[name]!({ directory, quick });
  } catch (error) {
    if (error instanceof NotMeasured) return error;
    throw error;
  } finally {
    process.off('exit', remove);
    remove();
    console.error(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
}

// Everything that was started ends with this process, and what it wrote goes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
