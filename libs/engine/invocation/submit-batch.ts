import type { Line } from './read-lines.js';
import type { Accepted } from './accept-invocation.js';

/** What came of one line of a batch. */
export type BatchOutcome = { readonly line: number } & ({ readonly accepted: Accepted } | { readonly error: unknown });

/** So many lines are submitted at once: their records share a commit. */
const MAX_AT_ONCE = 32;

/**
 * Submits the lines of a batch, each for itself: what is wrong with one is no matter to the others. What came of them comes
 * in their order. Where the lines themselves break off, that is the last that comes.
 */
export async function* submitBatch(
  lines: AsyncIterable<Line>,
  submit: (line: Line) => Promise<Accepted>,
): AsyncGenerator<BatchOutcome, void, void> {
  const underWay: Promise<BatchOutcome>[] = [];
  let last = 0;
  try {
    for await (const line of lines) {
      last = line.number;
      underWay.push(outcomeOf(line, submit));
      if (underWay.length === MAX_AT_ONCE) yield await underWay.shift()!;
    }
  } catch (error) {
    underWay.push(Promise.resolve({ line: last + 1, error }));
  }
  for (const outcome of underWay) yield await outcome;
}

async function outcomeOf(line: Line, submit: (line: Line) => Promise<Accepted>): Promise<BatchOutcome> {
  try {
    return { line: line.number, accepted: await submit(line) };
  } catch (error) {
    return { line: line.number, error };
  }
}
