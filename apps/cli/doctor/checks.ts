import type { Look } from './check.js';
import { checkEngine } from './check-engine.js';
import { checkDataDirectory, checkDisk } from './check-storage.js';
import { checkClock, checkCredentials, checkEbb } from './check-ebb.js';

/** The checks of `ebb doctor`, in their order. */
export const CHECKS: readonly Look[] = [
  checkNode,
  checkEbb,
  checkClock,
  checkCredentials,
  checkDataDirectory,
  checkDisk,
  checkEngine,
];

/** A Node that is too old never comes as far as this. */
async function checkNode() {
  return { name: 'Node', outcome: 'ok', finding: `${process.version}, ${process.execPath}` } as const;
}
