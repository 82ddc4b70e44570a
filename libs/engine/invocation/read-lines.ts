import { EbbError } from '../../core/errors.js';

/** One line of a text, without its newline. */
export interface Line {
  /** The line's number from 1. Blank lines count too. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** The limits on the lines of one request. */
export interface LineLimits {
  readonly maxLines: number;
  /** The most bytes of all lines together. */
  readonly maxBytes: number;
}

const NEWLINE = 0x0a;

/**
 * Yields the lines of a stream that are not blank, each as soon as it is complete. Raises `BodyTooLarge` and
 * `LimitExceeded`.
 */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  { maxBytes, maxLines }: LineLimits,
): AsyncGenerator<Line, void, void> {
  let [bytes, number] = [0, 0];
  let begun: Uint8Array[] = [];
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new EbbError('BodyTooLarge', `The lines are longer than ${maxBytes} bytes.`);
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const line = { number: ++number, bytes: joined([...begun, chunk.subarray(from, end)]) };
      [begun, from] = [[], end + 1];
      if (number > maxLines) throw new EbbError('LimitExceeded', `There are more than ${maxLines} lines.`);
      if (!isBlank(line)) yield line;
    }
    begun.push(chunk.subarray(from));
  }
  const last = { number: number + 1, bytes: joined(begun) };
  if (isBlank(last)) return;
  if (last.number > maxLines) throw new EbbError('LimitExceeded', `There are more than ${maxLines} lines.`);
  yield last;
}

function isBlank({ bytes }: Line): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
