import type { Figure } from './figure.js';

/** What every row is given. */
export interface Bench {
  /** An empty directory that goes when the row is over. */
  readonly directory: string;
  /** Fewer and shorter rounds: to see that it works, not to be quoted. */
  readonly quick: boolean;
}

/** What a row needs is not there; the message says what. */
export class NotMeasured extends Error {
  override readonly name = 'NotMeasured';
}

/** One row of the table: measures in turn with its floor, and leaves nothing running. Raises `NotMeasured`. */
export type Row = (bench: Bench) => Promise<Figure[]>;
