import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedServer } from '../../../test/support/scripted-server.js';

interface Page {
  readonly file: string;
  readonly contentType: string;
  readonly contains?: string;
  readonly fails?: boolean;
}

const FOLDER = import.meta.dirname;
const pages = JSON.parse(readFileSync(join(FOLDER, 'pages/pages.json'), 'utf8')) as Page[];
const page = (file: string): Buffer<ArrayBuffer> => readFileSync(join(FOLDER, 'pages', file));

let container: ChildProcess;
let origin: string;

/** Resolves with the container's port once it says that it is ready. */
function readyPort(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('exit', (code) => reject(new Error(`The container ended with ${code} before it was ready.`)));
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'ready') resolve(port);
  });
  return promise;
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

beforeAll(async () => {
  container = spawn(process.execPath, ['server.js'], {
    cwd: FOLDER,
    env: { ...process.env, SAGEMAKER_BIND_TO_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  origin = `http://127.0.0.1:${await readyPort(container)}`;
});

afterAll(async () => {
  container.kill('SIGKILL');
  await exitCode(container);
});

function invoke(body: Buffer<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/invocations`, { method: 'POST', body, headers });
}

interface Reading {
  readonly text: string;
  readonly confidence: number;
  readonly words: readonly { readonly text: string; readonly box: { readonly x0: number; readonly x1: number } }[];
  readonly image: { readonly width: number; readonly type: string };
}

const readings = new Map<string, Promise<Reading>>();

/** What the container reads in a page, which it is given once for all tests that look at it. */
function reading(file: string, contentType: string): Promise<Reading> {
  const known = readings.get(file) ?? read(file, contentType);
  readings.set(file, known);
  return known;
}

async function read(file: string, contentType: string): Promise<Reading> {
  const response = await invoke(page(file), { 'content-type': contentType });
  expect(response.headers.get('content-length')).not.toBeNull();
  return (await response.json()) as Reading;
}

describe('the ocr image', () => {
  it('answers pings when its model is ready', async () => {
    const response = await fetch(`${origin}/ping`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it.each(pages.filter(({ fails }) => !fails))(
    'reads "$contains" in $file',
    async ({ file, contentType, contains }) => {
      const { text, confidence, words, image } = await reading(file, contentType);
      expect(text.replace(/\s+/g, ' ')).toContain(contains);
      expect(confidence).toBeGreaterThan(80);
      expect(image.type).toBe(contentType);
      expect(words.length).toBeGreaterThan(3);
      expect(words.every(({ box }) => box.x0 < box.x1 && box.x1 <= image.width)).toBe(true);
    },
  );

  it('answers the text alone where plain text is preferred', async () => {
    const response = await invoke(page('crate-label.png'), { accept: 'text/plain, application/json;q=0.5' });
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toContain('Crate 17 of 60');
  });

  it('tells how far it is where it is asked to, and reads on where nobody hears it', async () => {
    await using follower = await ScriptedServer.listen(({ url }) => (url === '/told' ? { status: 200 } : undefined));
    const file = page('chapter-300dpi.jpg');
    const told = await invoke(file, { 'ebb-progress-url': `${follower.url}/told` });
    expect(told.status).toBe(200);
    await told.body?.cancel();
    const reports = follower.received.map(({ body }) => JSON.parse(body) as { progress: number; message: string });
    expect(reports.length).toBeGreaterThan(1);
    const progress = reports.map((report) => report.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.every((each) => each >= 0 && each <= 1)).toBe(true);
    for (const url of [`${follower.url}/refused`, 'http://127.0.0.1:1/', 'no address']) {
      const response = await invoke(page('crate-label.png'), { 'ebb-progress-url': url });
      expect(await response.text()).toContain('Crate 17 of 60');
    }
  });

  const letter = page('letter.png');
  const receipt = page('receipt.jpg');
  // A comment that holds what looks like the end of a picture.
  const falseEnd = Buffer.concat([
    receipt.subarray(0, 2),
    Buffer.from('fffe0004ffd9', 'hex'),
    receipt.subarray(2, 20_000),
  ]);
  const damaged = Buffer.from(letter);
  damaged.fill(0xa5, 5000, 9000);
  const enormous = Buffer.from(letter);
  enormous.writeUInt32BE(0xffff, 16);
  enormous.writeUInt32BE(0xffff, 20);

  it.each([
    ['what is not an image', page('not-a-page.png'), 415],
    ['an empty body', Buffer.alloc(0), 400],
    ['a PNG that is cut off', letter.subarray(0, letter.length / 2), 400],
    ['a JPEG that is cut off after a false end', falseEnd, 400],
    ['a JPEG that is cut off', receipt.subarray(0, receipt.length / 2), 400],
    ['a PNG with damaged content', damaged, 400],
    ['an image with more pixels than it may have', enormous, 413],
  ])('refuses %s and goes on', async (_, body, status) => {
    const response = await invoke(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
    expect((await invoke(page('crate-label.png'))).status).toBe(200);
  });

  it('says that it can only answer JSON and plain text', async () => {
    expect((await invoke(letter, { accept: 'image/png' })).status).toBe(406);
  });

  it('reads one column of a newspaper after the other', async () => {
    const { text } = await reading('newspaper.jpg', 'image/jpeg');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'called the light punctual. By midnight eleven vessels had been guided in',
    );
  });

  it('refuses a body that is longer than it takes and goes on', async () => {
    const response = await invoke(Buffer.alloc(64 * 1024 * 1024 + 1));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ error: expect.any(String) });
    expect((await invoke(page('crate-label.png'))).status).toBe(200);
  });

  it('goes on when callers leave, be it in the middle of a reading or in the queue', async () => {
    const gone = new AbortController();
    const callers = ['chapter-300dpi.jpg', 'letter.png', 'letter.png'].map((file) =>
      fetch(`${origin}/invocations`, { method: 'POST', body: page(file), signal: gone.signal }),
    );
    const left = Promise.allSettled(callers);
    await fetch(`${origin}/ping`);
    gone.abort();
    expect((await left).every(({ status }) => status === 'rejected')).toBe(true);
    expect((await invoke(page('crate-label.png'))).status).toBe(200);
  });

  it('on SIGTERM answers what it reads, drops what waits or stalls, and ends with 0', async () => {
    const stalled = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => undefined);
    await once(stalled, 'connect');
    stalled.write('POST /invocations HTTP/1.1\r\nHost: ocr\r\nContent-Length: 1000\r\n\r\nhalf');
    const outcomes = Promise.allSettled([invoke(page('chapter-300dpi.jpg')), invoke(page('chapter-300dpi.jpg'))]);
    // Both are on the wire once a later one on another connection has been answered.
    await fetch(`${origin}/ping`);
    container.kill('SIGTERM');
    expect((await outcomes).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await exitCode(container)).toBe(0);
  });
});
