import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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

beforeAll(async () => {
  container = spawn(process.execPath, ['server.js'], {
    cwd: FOLDER,
    env: { ...process.env, SAGEMAKER_BIND_TO_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: container.stdout! })) {
    const ready = /ready on port (\d+)/.exec(line);
    if (!ready) continue;
    origin = `http://127.0.0.1:${ready[1]}`;
    break;
  }
});

afterAll(async () => {
  if (container.exitCode === null && container.kill('SIGKILL')) await once(container, 'exit');
});

function invoke(body: Buffer<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/invocations`, { method: 'POST', body, headers });
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
      const response = await invoke(page(file), { 'content-type': contentType });
      expect(response.headers.get('content-length')).not.toBeNull();
      const { text, confidence, words, image } = (await response.json()) as {
        text: string;
        confidence: number;
        words: { text: string; box: { x0: number; x1: number } }[];
        image: { width: number; type: string };
      };
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

  const letter = page('letter.png');
  const receipt = page('receipt.jpg');
  const damaged = Buffer.from(letter);
  damaged.fill(0xa5, 5000, 9000);
  const enormous = Buffer.from(letter);
  enormous.writeUInt32BE(0xffff, 16);
  enormous.writeUInt32BE(0xffff, 20);

  it.each([
    ['what is not an image', page('not-a-page.png'), 415],
    ['an empty body', Buffer.alloc(0), 415],
    ['a PNG that is cut off', letter.subarray(0, letter.length / 2), 400],
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

  it('finishes what runs and goes when it is asked to', async () => {
    const running = invoke(page('invoice.png'));
    // The request is on the wire once a later one on another connection has been answered.
    await fetch(`${origin}/ping`);
    container.kill('SIGTERM');
    expect((await running).status).toBe(200);
    const [code] = container.exitCode === null ? await once(container, 'exit') : [container.exitCode];
    expect(code).toBe(0);
  });
});
