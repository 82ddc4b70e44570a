/** Why work is given up whose answer nobody waits for any more: no failure of anybody's. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';

  constructor() {
    super('The caller has gone.');
  }
}
