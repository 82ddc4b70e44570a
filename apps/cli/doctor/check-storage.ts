import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bytes } from '../format/quantities.js';
import { serviceEnvironment } from '../session/service-environment.js';
import type { Session } from '../session/session.js';
import type { Check } from './check.js';

const LITTLE_SPACE_BYTES = 5 * 2 ** 30;
const NO_SPACE_BYTES = 256 * 2 ** 20;

/** Whether Ebb could keep its data where it would. */
export async function checkDataDirectory({ environment }: Session): Promise<Check> {
  const name = 'Data';
  const directory = serviceEnvironment(environment)['EBB_DATA_DIR']!;
  const existing = await firstExisting(directory);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return {
      name,
      outcome: 'ok',
      finding: `${directory}${existing === directory ? '' : ', which is still to be made'}`,
    };
  } catch (error) {
    const advice = 'Let this user write there, or choose another folder: EBB_DATA_DIR, or `ebb up --data`.';
    return { name, outcome: 'fail', finding: `${existing} cannot be written to: ${(error as Error).message}`, advice };
  }
}

/** How much room there is for data. */
export async function checkDisk({ environment }: Session): Promise<Check> {
  const name = 'Disk';
  const directory = await firstExisting(serviceEnvironment(environment)['EBB_DATA_DIR']!);
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const finding = `${bytes(free)} free at ${directory}`;
  if (free >= LITTLE_SPACE_BYTES) return { name, outcome: 'ok', finding };
  const advice = 'Make room, or move the data: EBB_DATA_DIR. Inputs, outputs, models and logs are kept there.';
  return { name, outcome: free < NO_SPACE_BYTES ? 'fail' : 'warn', finding, advice };
}

async function firstExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const isThere = await access(folder).then(
      () => true,
      () => false,
    );
    if (isThere || dirname(folder) === folder) return folder;
  }
}
