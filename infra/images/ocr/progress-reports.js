import { setTimeout as sleep } from 'node:timers/promises';

/** What comes sooner after the report before is told with the next one, or not at all. */
const PAUSE_MS = 100;
const TIMEOUT_MS = 1_000;

/** Tells whoever gave the address for it how far a reading has come: the last that is known, one report at a time. */
export class ProgressReports {
  /** @type {string | undefined} */
  #url;
  /** @type {AbortSignal} */
  #over;
  /** @type {number | undefined} */
  #untold;
  #isTelling = false;

  /**
   * @param {string | undefined} url without one, nothing is told
   * @param {AbortSignal} over aborts when nobody wants to know any more
   */
  constructor(url, over) {
    this.#url = url;
    this.#over = over;
  }

  /** @param {number} progress 0 to 1 */
  tell(progress) {
    if (this.#url === undefined) return;
    this.#untold = progress;
    if (!this.#isTelling) void this.#tellAll(this.#url);
  }

  /** @param {string} url */
  async #tellAll(url) {
    this.#isTelling = true;
    while (this.#untold !== undefined && !this.#over.aborted) {
      const body = JSON.stringify({ progress: this.#untold, message: 'recognizing text' });
      this.#untold = undefined;
      // That nobody hears of it is no reason not to read on.
      await report(url, body, this.#over).catch(() => undefined);
    }
    this.#isTelling = false;
  }
}

/**
 * @param {string} url
 * @param {string} body
 * @param {AbortSignal} over
 */
async function report(url, body, over) {
  const signal = AbortSignal.any([over, AbortSignal.timeout(TIMEOUT_MS)]);
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
  await answer.body?.cancel();
  await sleep(PAUSE_MS, undefined, { signal: over });
}
