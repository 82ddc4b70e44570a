import { createRequire } from 'node:module';
import path from 'node:path';
import { createWorker, OEM, PSM } from 'tesseract.js';
import { Refusal } from './refusal.js';

const require = createRequire(import.meta.url);
const LANGUAGE = 'eng';
// The integer network: a quarter of the size of the other, twice as quick, and it reads as well.
const LANGUAGE_VARIANT = '4.0.0_best_int';
const LANGUAGE_FOLDER = path.join(
  path.dirname(require.resolve('@tesseract.js-data/eng/package.json')),
  LANGUAGE_VARIANT,
);

/** How many pictures may wait for a worker: as many as SageMaker lets an instance have at once. One more is refused. */
const MAX_WAITING = 1000;

/** The model, as answers name it. */
export const MODEL = `tesseract.js ${require('tesseract.js/package.json').version}, ${LANGUAGE} ${LANGUAGE_VARIANT}`;

/** Why a picture is not read: this process is ending, and another may read it. */
export class Stopping extends Error {}

/**
 * What was read.
 *
 * @typedef {object} Reading
 * @property {string} text
 * @property {number} confidence 0 to 100
 * @property {Word[]} words in reading order
 *
 * @typedef {object} Word
 * @property {string} text
 * @property {number} confidence 0 to 100
 * @property {{ x0: number, y0: number, x1: number, y1: number }} box in pixels from the top left
 */

/** Reads the text of pictures, one at a time on each of a few Tesseract workers, which are threads of this process. */
export class Recognizer {
  /** @type {Set<import('tesseract.js').Worker>} */
  #workers = new Set();
  /** Who is told how far the picture on a worker is. @type {Map<import('tesseract.js').Worker, (progress: number) => void>} */
  #followers = new Map();
  /** @type {import('tesseract.js').Worker[]} */
  #idle = [];
  /** @type {PromiseWithResolvers<import('tesseract.js').Worker>[]} */
  #waiting = [];
  /** @type {PromiseWithResolvers<void> | undefined} */
  #stopped;

  /**
   * Loads the model on so many workers. Ready when it resolves.
   *
   * @param {number} count
   */
  async start(count) {
    await Promise.all(Array.from({ length: count }, () => this.#addWorker()));
  }

  /**
   * Reads one picture, after those that came before it.
   *
   * @param {Buffer} image a whole PNG or JPEG
   * @param {AbortSignal} signal gives the picture up, whether it waits or is being read
   * @param {(progress: number) => void} onProgress told now and then how much of it is read, 0 to 1
   * @returns {Promise<Reading>}
   * @throws {Refusal} 400 for a picture that cannot be decoded, 503 when too many wait
   * @throws {Stopping} once `stop` was called, unless the picture was being read already
   */
  async recognize(image, signal, onProgress) {
    const worker = await this.#take(signal);
    this.#followers.set(worker, onProgress);
    try {
      const reading = await read(worker, image, signal);
      this.#give(worker);
      return reading;
    } catch (error) {
      // Only a refusal leaves the worker sound: one that was given up reads on, and one that failed may be broken.
      if (error instanceof Refusal) this.#give(worker);
      else this.#replace(worker);
      throw error;
    } finally {
      if (this.#followers.get(worker) === onProgress) this.#followers.delete(worker);
    }
  }

  /** Takes no more pictures, drops those that wait, and resolves when those being read are done. */
  async stop() {
    this.#stopped ??= Promise.withResolvers();
    for (const turn of this.#waiting.splice(0)) turn.reject(new Stopping());
    for (const worker of this.#idle.splice(0)) this.#remove(worker);
    if (this.#workers.size === 0) this.#stopped.resolve();
    await this.#stopped.promise;
  }

  /** @param {AbortSignal} signal */
  async #take(signal) {
    signal.throwIfAborted();
    if (this.#stopped) throw new Stopping();
    const worker = this.#idle.pop();
    if (worker) return worker;
    if (this.#waiting.length >= MAX_WAITING) throw new Refusal(503, `${MAX_WAITING} pictures wait already.`);
    const turn = Promise.withResolvers();
    const leave = () => {
      this.#waiting = this.#waiting.filter((other) => other !== turn);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#waiting.push(turn);
    try {
      return await turn.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** @param {import('tesseract.js').Worker} worker */
  #give(worker) {
    if (this.#stopped) return this.#remove(worker);
    const turn = this.#waiting.shift();
    if (turn) turn.resolve(worker);
    else this.#idle.push(worker);
  }

  async #addWorker() {
    const worker = await openWorker((progress) => this.#followers.get(worker)?.(progress));
    this.#workers.add(worker);
    this.#give(worker);
  }

  /** @param {import('tesseract.js').Worker} worker */
  #replace(worker) {
    this.#remove(worker);
    // Nobody awaits it: should no new worker come up, the unhandled rejection ends the process, and whoever runs this
    // container starts another. That is better than one that answers pings and reads nothing.
    if (!this.#stopped) void this.#addWorker();
  }

  /** @param {import('tesseract.js').Worker} worker */
  #remove(worker) {
    this.#workers.delete(worker);
    void worker.terminate();
    if (this.#workers.size === 0) this.#stopped?.resolve();
  }
}

/**
 * Starts a thread with engine and language data, both from files of the npm packages; nothing is downloaded.
 *
 * @param {(progress: number) => void} onProgress told of every picture how much of it is read
 */
async function openWorker(onProgress) {
  /** @type {PromiseWithResolvers<import('tesseract.js').Worker>} */
  const opened = Promise.withResolvers();
  createWorker(LANGUAGE, OEM.LSTM_ONLY, {
    langPath: LANGUAGE_FOLDER,
    gzip: true,
    cacheMethod: 'none',
    logger: ({ progress, status }) => status === 'recognizing text' && onProgress(progress),
    // Failures to load the language are told here only. Without a handler every failure would also end the process.
    errorHandler: opened.reject,
  }).then(opened.resolve, opened.reject);
  const worker = await opened.promise;
  await worker.setParameters({ tessedit_pageseg_mode: PSM.AUTO, debug_file: '/dev/null' });
  return worker;
}

/**
 * @param {import('tesseract.js').Worker} worker
 * @param {Buffer} image
 * @param {AbortSignal} signal stops the waiting; only ending the thread stops the reading
 * @returns {Promise<Reading>}
 */
async function read(worker, image, signal) {
  const aborted = Promise.withResolvers();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const { data } = await Promise.race([worker.recognize(image, {}, { text: true, blocks: true }), aborted.promise]);
    return { text: data.text.trim(), confidence: data.confidence, words: wordsOf(data) };
  } catch (error) {
    // Tesseract's own failures are strings.
    if (typeof error !== 'string') throw error;
    if (error.includes('attempting to read image'))
      throw new Refusal(400, 'The picture cannot be decoded.', { cause: error });
    throw new Error('Tesseract failed.', { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * @param {import('tesseract.js').Page} page
 * @returns {Word[]}
 */
function wordsOf(page) {
  return (page.blocks ?? [])
    .flatMap((block) => block.paragraphs)
    .flatMap((paragraph) => paragraph.lines)
    .flatMap((line) => line.words)
    .map(({ text, confidence, bbox }) => ({ text, confidence: Math.round(confidence * 10) / 10, box: { ...bbox } }));
}
