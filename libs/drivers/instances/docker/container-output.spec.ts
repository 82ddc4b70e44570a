import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { ContainerOutput } from './container-output.js';
import { ContainerWatch } from './container-watch.js';
import { EngineClient } from './engine-api/engine-client.js';
import { OutputPosition } from './output-position.js';

const AT = '2026-11-23T12:00:00.000000000Z';

let server: Server | undefined;
let folder: string | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** Takes the output of a container that has ended from an engine that answers requests for logs by `answer`. */
async function takenFrom(answer: (response: ServerResponse) => Promise<void>) {
  let reads = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url!.split('?')[0]!;
    if (path.endsWith('/logs')) {
      reads += 1;
      void answer(response);
    } else response.end(JSON.stringify(path.endsWith('/json') ? { State: { Running: false } } : { StatusCode: 0 }));
  };
  folder = await mkdtemp(join(tmpdir(), 'ebb-output-'));
  server = createServer(handle).listen(join(folder, 'engine.sock'));
  await once(server, 'listening');
  const engine = await EngineClient.connect(`unix://${join(folder, 'engine.sock')}`);
  const stop = new AbortController().signal;
  const lines: string[] = [];
  const writer = { write: (_stream: string, text: string) => void lines.push(text), close: async () => {} };
  const watch = new ContainerWatch(engine, 'c', stop);
  await new ContainerOutput(engine, { id: 'c', watch, stop }, writer, new OutputPosition()).taken;
  return { lines, reads };
}

function frame(text: string): Buffer {
  const payload = Buffer.from(`${AT} ${text}\n`);
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

test('the last output is taken to its end, as long as lines continue to arrive', async () => {
  const { lines } = await takenFrom(async (response) => {
    for (let line = 0; line < 12; line += 1) {
      response.write(frame(`line ${line}`));
      await sleep(100);
    }
    response.end();
  });
  expect(lines).toEqual(Array.from({ length: 12 }, (_, line) => `line ${line}`));
});

test('following an ended container stops when the engine stays silent', async () => {
  const { lines, reads } = await takenFrom(async (response) => void response.write(frame('the last')));
  expect(lines).toEqual(['the last']);
  expect(reads).toBe(3);
});

test('an engine that cannot read its logs is asked at most three times', async () => {
  const { lines, reads } = await takenFrom(async (response) => {
    response.statusCode = 500;
    response.end(JSON.stringify({ message: 'error reading log' }));
  });
  expect(lines).toEqual([]);
  expect(reads).toBeLessThanOrEqual(3);
});
