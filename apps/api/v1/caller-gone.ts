/** The reason why work is given up: its caller has left, so nobody waits for the answer. This is not a failure. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';

  constructor() {
    super('The caller has gone.');
  }
}
