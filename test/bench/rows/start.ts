import { join } from 'node:path';
import type { Row } from '../bench.js';
import { EbbProcess } from '../ebb-process.js';
import { under } from '../figure.js';
import { median } from '../statistics.js';

/** From spawning the built service to its ready line, on an empty data directory. */
export const start: Row = async ({ directory, quick }) => {
  const times: number[] = [];
  for (let round = 0; round < (quick ? 3 : 5); round++) {
    await using ebb = await EbbProcess.start(join(directory, String(round)));
    times.push(ebb.startMs);
  }
  return [under('start: spawned to ready', 's', median(times) / 1000, 2)];
};
