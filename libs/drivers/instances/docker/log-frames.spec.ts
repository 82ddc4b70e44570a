import { describe, expect, it } from 'vitest';
import { type LogFrame, readLogFrames } from './log-frames.js';

const AT = Date.UTC(2026, 10, 23, 1, 2, 3, 456);

function frame(kind: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(...chunks: Buffer[]): Promise<LogFrame[]> {
  const frames: LogFrame[] = [];
  for await (const one of readLogFrames(chunksOf(chunks))) frames.push(one);
  return frames;
}

async function* chunksOf(chunks: Buffer[]): AsyncGenerator<Buffer, void, void> {
  yield* chunks;
}

describe('frames of a log', () => {
  it('have a stream, a time and a text, wherever the connection cuts them', async () => {
    const bytes = Buffer.concat([
      frame(1, '2026-11-23T01:02:03.456789012Z größer\n'),
      frame(2, '2026-11-23T02:02:03.456+01:00 oops\n'),
    ]);
    const expected = [
      { stream: 'stdout', at: AT, text: 'größer\n' },
      { stream: 'stderr', at: AT, text: 'oops\n' },
    ];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(expected);
    }
  });

  it('without a time continue the one before', async () => {
    expect(await read(frame(1, 'the rest\n'))).toEqual([{ stream: 'stdout', text: 'the rest\n' }]);
  });

  it('are left out while they are incomplete', async () => {
    expect(await read(frame(1, '2026-11-23T01:02:03Z cut off\n').subarray(0, -1))).toEqual([]);
  });
});
