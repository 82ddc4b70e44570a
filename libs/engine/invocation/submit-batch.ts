import type { Line } from './read-lines.js';
import type { Accepted } from './accept-invocation.js';

/** The outcome of one line of a batch. */
export type BatchOutcome = { readonly line: number } & ({ readonly accepted: Accepted } | { readonly error: unknown });

/** The most lines that are submitted at once, so that their records share a commit. */
const MAX_AT_ONCE = 32;

/**
 * Submits the lines of a batch, each independently of the others. Yields the outcomes in the order of the lines. If the
 * stream of lines breaks off, that error is the last outcome.
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
