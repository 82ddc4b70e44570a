/**
 * One record of a container's output in the engine's log: a line, or a part of a line that is too long for the engine.
 */
export interface LogFrame {
  readonly stream: 'stdout' | 'stderr';
  /** Milliseconds since the epoch; undefined for a part that continues the one before. */
  readonly at?: number;
  /** Ends with a line feed if the line ends. */
  readonly text: string;
}

const HEADER_BYTES = 8;
const STDERR = 2;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;

/**
 * Reads the frames of an answer for logs with timestamps. A frame is a header of eight bytes and a text. The first byte
 * of the header names the stream; the last four are the text's length in bytes.
 */
export async function* readLogFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogFrame, void, void> {
  let buffer: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    buffer = buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([buffer, chunk]);
    let start = 0;
    while (buffer.length - start >= HEADER_BYTES) {
      const end = start + HEADER_BYTES + buffer.readUInt32BE(start + 4);
      if (buffer.length < end) break;
      yield frameOf(buffer[start], buffer.toString('utf8', start + HEADER_BYTES, end));
      start = end;
    }
    buffer = buffer.subarray(start);
  }
}

function frameOf(kind: number | undefined, payload: string): LogFrame {
  const stream = kind === STDERR ? 'stderr' : 'stdout';
  const timestamp = TIMESTAMP.exec(payload);
  if (!timestamp) return { stream, text: payload };
  return { stream, at: Date.parse(timestamp[1]!), text: payload.slice(timestamp[0].length) };
}
