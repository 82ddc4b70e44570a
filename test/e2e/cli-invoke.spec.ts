import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type Ran, type RunOptions, ebb, startEbb, startEbbOnTerminal } from '../support/command-line.js';
import { accepting, invocationDocument } from '../support/scripted-ebb.js';
import { ScriptedServer } from '../support/scripted-server.js';

const hasTerminals = existsSync('/usr/bin/script');

describe.concurrent('ebb invoke', () => {
  let folder: string;
  const run = (parameters: string[], url: string, options: RunOptions = {}): Promise<Ran> =>
    ebb(parameters, { cwd: folder, ...options, env: { XDG_CONFIG_HOME: folder, EBB_URL: url, ...options.env } });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-invoke-'));
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.txt`), name);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('sends files unchanged, each once, with its options', async () => {
    await using server = await ScriptedServer.listen(accepting);
    const options = [
      '--priority',
      'high',
      '--label',
      'k=v',
      '--label',
      'l=w',
      '--ttl',
      '5m',
      '--callback',
      'https://x/y',
    ];
    const ran = await run(['invoke', 'ocr', 'a.txt', 'b.txt', '-q', ...options], server.url);
    expect(ran).toEqual({ code: 0, out: 'a\nb\n', err: '' });
    const [first, second] = server.received;
    expect(first!.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '1',
      priority: 'high',
      labels: 'k=v,l=w',
      'time-to-live': '300',
      'callback-url': 'https://x/y',
    });
    expect(first!.headers['idempotency-key']).not.toBe(second!.headers['idempotency-key']);
  });

  it('sends standard input, and inputs that are already in a bucket', async () => {
    await using server = await ScriptedServer.listen(accepting);
    expect(await run(['invoke', 'ocr', '-', '-q'], server.url, { input: 'typed' })).toMatchObject({
      code: 0,
      out: 'typed\n',
    });
    await run(['invoke', 'ocr', 's3://bucket/key'], server.url);
    expect(server.received.at(-1)).toMatchObject({ body: '', headers: { 'input-location': 's3://bucket/key' } });
  });

  it('retries with the same idempotency key while Ebb cannot accept the invocation', async () => {
    let refusals = 2;
    await using server = await ScriptedServer.listen((request) => {
      refusals -= 1;
      if (refusals === 1) return (response) => void response.destroy();
      if (refusals === 0)
        return {
          status: 429,
          document: { code: 'TooManyRequests', detail: 'Slower.' },
          headers: { 'retry-after': '0' },
        };
      return accepting(request);
    });
    expect(await run(['invoke', 'ocr', 'a.txt', '-q'], server.url)).toMatchObject({ code: 0, out: 'a\n' });
    expect(new Set(server.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(server.received).toHaveLength(3);
  });

  it('reports the accepted inputs if others were refused', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.body === 'b'
        ? { status: 503, document: { code: 'IntakePaused', detail: 'Paused.' } }
        : accepting(request),
    );
    const ran = await run(['invoke', 'ocr', 'a.txt', 'b.txt', 'c.txt', '--parallel', '1'], server.url);
    expect(ran).toMatchObject({ code: 8, out: 'a.txt  a  Queued, 3 before it\n' });
    expect(ran.err).toMatch(/^ebb: b\.txt: Paused\. \(IntakePaused\)\n {2}1 of 3 were accepted and go on; .*--resume/);
    const asJson = await run(['invoke', 'ocr', 'a.txt', 'b.txt', '--parallel', '1', '--json'], server.url);
    expect(JSON.parse(asJson.err)).toMatchObject({
      error: { code: 'IntakePaused', exitCode: 8, advice: expect.stringContaining('1 of 2 were accepted') },
    });
    expect(server.received.map(({ body }) => body)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('continues if nobody reads its progress', async () => {
    await using server = await ScriptedServer.listen(accepting);
    const options = { cwd: folder, env: { EBB_URL: server.url } };
    const running = startEbb(['invoke', 'ocr', 'a.txt', 'b.txt', 'c.txt', '--parallel', '1', '--wait'], options);
    running.child.stderr!.destroy();
    expect((await running.ended).code).toBe(0);
    expect(server.received.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual(['a', 'b', 'c']);
  });

  it('writes the output of one input to standard output, and of several into a folder', async () => {
    await using server = await ScriptedServer.listen(accepting);
    expect(await run(['invoke', 'ocr', 'a.txt', '--wait'], server.url)).toMatchObject({ code: 0, out: 'read a' });
    const ran = await run(['invoke', 'ocr', 'a.txt', 'b.txt', '--out', 'read', '--json'], server.url);
    const lines = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; savedAs: string; state: string });
    expect(lines.map(({ savedAs }) => savedAs).toSorted()).toEqual(['read/a.txt.txt', 'read/b.txt.txt']);
    expect(readdirSync(join(folder, 'read')).toSorted()).toEqual(['a.txt.txt', 'b.txt.txt']);
    expect(readFileSync(join(folder, 'read/b.txt.txt'), 'utf8')).toBe('read b');
  });

  it('continues waiting at its last event if the connection breaks', async () => {
    let breaks = 1;
    await using server = await ScriptedServer.listen((request) => {
      if (!request.url.endsWith('/events') || breaks === 0) return accepting(request);
      breaks -= 1;
      return (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('id: Running-1~0\nevent: state\ndata: {"state":"Running"}\n\n', () => response.destroy());
      };
    });
    expect(await run(['invoke', 'ocr', 'a.txt', '--wait'], server.url)).toMatchObject({ code: 0, out: 'read a' });
    const followed = server.received.filter(({ url }) => url.endsWith('/events'));
    expect(followed.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'Running-1~0']);
  });

  it('fetches an output again if the connection breaks', async () => {
    let breaks = 1;
    await using server = await ScriptedServer.listen((request) => {
      if (!request.url.endsWith('/output') || breaks === 0) return accepting(request);
      breaks -= 1;
      return (response) => {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
        response.write('half', () => response.destroy());
      };
    });
    expect(await run(['invoke', 'ocr', 'a.txt', '--out', 'again', '-q'], server.url)).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'again/a.txt.txt'), 'utf8')).toBe('read a');
  });

  it('stops waiting for all invocations if an output cannot be written', async () => {
    await using server = await ScriptedServer.listen((request) => {
      if (request.url === '/v1/invocations/b/events') return () => undefined;
      return accepting(request);
    });
    mkdirSync(join(folder, 'full/a.txt.txt'), { recursive: true });
    const ran = await run(['invoke', 'ocr', 'a.txt', 'b.txt', '--out', 'full'], server.url);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('full/a.txt.txt') });
  });

  it('sends nothing if its outputs cannot be written, or its request is invalid', async () => {
    await using server = await ScriptedServer.listen(accepting);
    const nowhere = await run(['invoke', 'ocr', 'a.txt', '--out', 'b.txt'], server.url);
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('Nothing can be written to b.txt') });
    const header = await run(['invoke', 'ocr', 'a.txt', '--custom-attributes', 'one\ntwo'], server.url);
    expect(header).toMatchObject({ code: 2, err: expect.stringContaining('custom-attributes') });
    expect(server.received).toEqual([]);
  });

  it('leaves no partial output behind if the connection breaks', async () => {
    await using server = await ScriptedServer.listen((request) => {
      if (!request.url.endsWith('/output')) return accepting(request);
      return (response) => {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
        response.write('half', () => response.destroy());
      };
    });
    const ran = await run(['output', 'a', '--out', 'broken/a.txt'], server.url);
    expect(ran).toMatchObject({
      code: 5,
      out: '',
      err: expect.stringMatching(/^ebb: The connection to Ebb broke off/),
    });
    expect(readdirSync(join(folder, 'broken'))).toEqual([]);
  });

  it('exits with 1 if an invocation that it waited for is not Completed', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.url.startsWith('/v1/invocations/')
        ? {
            document: invocationDocument('a', {
              state: 'Failed',
              failureReason: 'The model answered 500.',
              errorClass: 'model-error',
            }),
          }
        : accepting(request),
    );
    const ran = await run(['invoke', 'ocr', 'a.txt', '--wait'], server.url);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/a\.txt {2}Failed after 2\.0 s: The model answered 500\. \(ebb status a\)/);
  });

  it('exits with 6 after its timeout, and says that the work goes on', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.url.startsWith('/v1/invocations/') ? () => undefined : accepting(request),
    );
    const ran = await run(['invoke', 'ocr', 'a.txt', '--wait', '--timeout', '0.2s'], server.url);
    expect(ran).toMatchObject({ code: 6, out: '' });
    expect(ran.err).toMatch(/It goes on[^]*ebb status a/);
  });

  it('says at the first Ctrl-C that the work goes on, and exits at the second', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.url.startsWith('/v1/invocations/') ? () => undefined : accepting(request),
    );
    const running = startEbb(['invoke', 'ocr', 'a.txt', '--wait'], { cwd: folder, env: { EBB_URL: server.url } });
    await running.says(/accepted/);
    running.child.kill('SIGINT');
    await running.says(/The work goes on[^]*ebb status a/);
    expect(running.child.exitCode).toBeNull();
    // A second signal counts as another press only some time after the first, because a terminal and npx both pass on
    // one press. If sent faster, it would arrive when the command no longer listens, and end it as a signal does.
    let pressedAt = performance.now();
    await eventually('it has left', () => {
      if (performance.now() - pressedAt > 300) {
        running.child.kill('SIGINT');
        pressedAt = performance.now();
      }
      return running.child.exitCode !== null;
    });
    expect(await running.ended).toMatchObject({ code: 130, out: '' });
  });

  it.skipIf(!hasTerminals)('shows the state of its invocations while it waits, and restores the screen', async () => {
    await using server = await ScriptedServer.listen(accepting);
    const running = startEbbOnTerminal(['invoke', 'ocr', 'a.txt', '--out', 'terminal'], {
      cwd: folder,
      env: { EBB_URL: server.url, TERM: 'xterm' },
    });
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(out).toContain('FILE');
    expect(out).toContain('terminal/a.txt.txt');
    expect(out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(out.lastIndexOf('\u001b[?25l'));
  });
});
