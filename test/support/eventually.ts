import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
/** Ends only what would never come about: a busy machine may take many times as long as an idle one. */
const PATIENCE_MS = 60_000;

/**
 * Looks until `probe` gives something other than undefined or false, and returns it. Raises, naming `what`, when that
 * has not come about in time; what the last look raised is the cause.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  let cause: unknown;
  do {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(LOOK_EVERY_MS);
  } while (performance.now() < giveUpAt);
  throw new Error(`Within ${patienceMs} ms it did not come about that ${what}.`, { cause });
}
