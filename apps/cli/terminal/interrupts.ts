import { EXIT_CODES } from '../outcome/exit-code.js';

/** One press of Ctrl-C may arrive several times, from the terminal and from those that pass it on, such as npx. */
const ONE_PRESS_MS = 250;

/**
 * What Ctrl-C does: a command may answer the first by itself; the next ends what it does, in order; one more ends the
 * process, whatever it is at. SIGTERM and the end of the terminal are never the first kind.
 */
export class Interrupts implements Disposable {
  readonly #leaving = new AbortController();
  #answer: (() => void) | undefined;
  #answerToHangUp: (() => void) | undefined;
  #lastAt = -Infinity;

  constructor() {
    process.on('SIGINT', this.#interrupt);
    process.on('SIGTERM', this.#terminate);
    process.on('SIGHUP', this.#hangUp);
  }

  /** Aborted when the command is to end. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Has the next Ctrl-C answered by this instead of ending the command; nothing takes it back. */
  answerFirst(answer: (() => void) | undefined): void {
    this.#answer = answer;
  }

  /** Has every SIGHUP answered by this, where no terminal stands behind it that could have ended. */
  answerHangUp(answer: () => void): void {
    this.#answerToHangUp = answer;
  }

  /** Ends the command in order, as the first SIGTERM does. */
  leave(): void {
    this.#leaving.abort(new Error('Interrupted.'));
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#interrupt);
    process.off('SIGTERM', this.#terminate);
    process.off('SIGHUP', this.#hangUp);
  }

  readonly #interrupt = (): void => {
    const answer = this.#answer;
    if (!this.#isNewPress()) return;
    this.#answer = undefined;
    if (answer) answer();
    else this.#end();
  };

  readonly #terminate = (): void => {
    if (this.#isNewPress()) this.#end();
  };

  readonly #hangUp = (): void => {
    if (this.#answerToHangUp) this.#answerToHangUp();
    else this.#terminate();
  };

  #end(): void {
    if (this.signal.aborted) process.exit(EXIT_CODES.interrupted);
    this.leave();
  }

  #isNewPress(): boolean {
    const now = performance.now();
    const isNew = now - this.#lastAt >= ONE_PRESS_MS;
    if (isNew) this.#lastAt = now;
    return isNew;
  }
}
