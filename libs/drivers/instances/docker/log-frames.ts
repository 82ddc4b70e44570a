/** One record of a container's output as the engine keeps it: a line, or a part of one that was too long for it. */
export interface LogFrame {
  readonly stream: 'stdout' | 'stderr';
  /** Milliseconds since the epoch; undefined for a part that goes on with the one before. */
  readonly at?: number;
  /** Ends with a line feed where the line ends. */
  readonly text: string;
}

const HEADER_BYTES = 8;
const STDERR = 2;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;

/**
 * Takes apart what the engine answers with for logs with timestamps: frames of eight bytes, of which the first names the
 * stream and the last four the length, and so many bytes of text.
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
