import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createWorker } from 'tesseract.js';
import { ImageError } from './image-type.js';

/** The language data comes from its npm package: nothing is downloaded, at start or later. */
const LANGUAGE = 'eng';
const VARIANT = '4.0.0_best_int';
const LSTM_ONLY = 1;
const languageData = join(
  dirname(createRequire(import.meta.url).resolve(`@tesseract.js-data/${LANGUAGE}/package.json`)),
  VARIANT,
);

/** What the model is called in its answers. */
export const MODEL = `tesseract-${LANGUAGE}-${VARIANT}`;

/**
 * @typedef {{ x0: number, y0: number, x1: number, y1: number }} Box pixels from the upper left corner
 * @typedef {{ text: string, confidence: number, box: Box }} Word
 * @typedef {{ text: string, confidence: number, words: Word[] }} Recognition confidence is 0 to 100
 */

/** Reads text from images with a few engines, each in a thread of its own; what comes when all are busy waits in line. */
export class Recognizer {
  /** @type {{ bytes: Buffer, signal: AbortSignal, resolve: Function, reject: Function }[]} */
  #waiting = [];
  /** @type {import('tesseract.js').Worker[]} */
  #idle = [];

  /** @param {number} engines how many images are read at once */
  static async start(engines) {
    const recognizer = new Recognizer();
    await Promise.all(Array.from({ length: engines }, () => recognizer.#addEngine()));
    return recognizer;
  }

  /**
   * Reads one image. A caller who has gone before its turn costs nothing. Rejects with `ImageError` where the image
   * cannot be decoded.
   * @param {Buffer} bytes
   * @param {AbortSignal} signal
   * @returns {Promise<Recognition>}
   */
  recognize(bytes, signal) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, signal, resolve, reject });
      this.#next();
    });
  }

  #next() {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const request = this.#waiting.shift();
      if (request.signal.aborted) request.reject(request.signal.reason);
      else void this.#read(this.#idle.pop(), request);
    }
  }

  async #read(engine, { bytes, resolve, reject }) {
    try {
      const { data } = await engine.recognize(bytes, {}, { text: true, blocks: true });
      resolve(recognitionOf(data));
      this.#idle.push(engine);
    } catch (cause) {
      reject(new ImageError(400, 'The image cannot be decoded.', { cause }));
      await this.#replace(engine);
    }
    this.#next();
  }

  /** An engine that failed once may be in any state. */
  async #replace(engine) {
    await engine.terminate();
    await this.#addEngine();
  }

  async #addEngine() {
    const engine = await createWorker(LANGUAGE, LSTM_ONLY, {
      langPath: languageData,
      cacheMethod: 'none',
      gzip: true,
      // Without a handler the library throws where nobody can catch.
      errorHandler: () => undefined,
    });
    this.#idle.push(engine);
  }
}

/** @returns {Recognition} */
function recognitionOf({ text, confidence, blocks }) {
  const words = (blocks ?? [])
    .flatMap((block) => block.paragraphs)
    .flatMap((paragraph) => paragraph.lines)
    .flatMap((line) => line.words)
    .map((word) => ({ text: word.text, confidence: round(word.confidence), box: word.bbox }));
  return { text: text.trim(), confidence: round(confidence), words };
}

const round = (number) => Math.round(number * 10) / 10;
