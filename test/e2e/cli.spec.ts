import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunOptions, type Ran, ebb, startEbb, startEbbOnTerminal } from '../support/command-line.js';
import { type Received, type Scripted, ScriptedServer } from '../support/scripted-server.js';

const TOKEN = 'ebb_EBBKAAAAAAAAAAAAAAAA_secret';
const hasTerminals = existsSync('/usr/bin/script');

/** An invocation as Ebb describes it. */
function invocation(id: string, differences: object = {}): object {
  return {
    id,
    inferenceId: id,
    endpointName: 'ocr',
    state: 'Completed',
    priority: 'normal',
    labels: {},
    acceptedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T06:00:00.000Z',
    timeoutSeconds: 900,
    startedAt: '2026-01-01T00:00:01.000Z',
    settledAt: '2026-01-01T00:00:02.000Z',
    inputLocation: `s3://b/in/${id}`,
    outputLocation: `s3://b/out/${id}`,
    url: `/v1/invocations/${id}`,
    why: 'It was settled as Completed.',
    timeline: [],
    attempts: [],
    inputUrl: '',
    eventsUrl: '',
    deliveriesUrl: '',
    ...differences,
  };
}

/** A stream that tells of these states, and ends. */
function events(...states: string[]): Scripted {
  const told = states.map(
    (state, at) => `id: ${at}\nevent: state\ndata: ${JSON.stringify({ state, at: new Date() })}\n\n`,
  );
  return (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(told.join(''));
}

/** Accepts everything: what is sent gets its body as its id. */
function accepting(request: Received): Scripted | undefined {
  const { body, method, url } = request;
  const id = /\/v1\/invocations\/([^/?:]+)/.exec(url)?.[1];
  if (method === 'POST' && url === '/v1/endpoints/ocr/invocations') {
    return {
      status: 202,
      document: { id: body, inferenceId: body, state: 'Queued', position: 3, statusUrl: '', outputLocation: '' },
    };
  }
  if (id !== undefined && url.endsWith('/output')) {
    return (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(`read ${id}`);
  }
  if (url.endsWith('/events')) return events('Running', 'Completed');
  return id === undefined ? undefined : { document: invocation(id) };
}

describe.concurrent('ebb', () => {
  let folder: string;
  const run = (parameters: string[], url: string, options: RunOptions = {}): Promise<Ran> =>
    ebb(parameters, { cwd: folder, ...options, env: { XDG_CONFIG_HOME: folder, EBB_URL: url, ...options.env } });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-cli-'));
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.txt`), name);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['ls', '--frobnicate']],
    ['a missing argument', ['invoke', 'ocr']],
    ['a value that cannot be', ['ls', '--limit', 'many']],
    ['a state that is none', ['ls', '--state', 'Lost']],
    ['options that exclude each other', ['scale', 'ocr', '--pause', '--resume']],
    ['nothing to change', ['scale', 'ocr']],
    ['nothing to cancel', ['cancel']],
    ['ids together with a filter', ['redrive', 'x', '--endpoint', 'ocr']],
    ['a file that is not there', ['invoke', 'ocr', 'missing.png']],
    ['a folder that is no image', ['deploy', './missing']],
    ['an address that is none', ['ls', '--url', 'ftp://x']],
  ])('ends with 2 for %s, and says what is wrong without asking Ebb', async (_what, parameters) => {
    const ran = await run(parameters, 'http://127.0.0.1:1');
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/^(error|ebb): .+/);
  });

  it.each([
    [400, 'InvalidRequest', 2],
    [401, 'Unauthenticated', 4],
    [403, 'AccessDenied', 4],
    [404, 'InvocationNotFound', 3],
    [409, 'InvocationSettled', 7],
    [429, 'TooManyRequests', 8],
    [500, 'InternalFailure', 1],
    [503, 'Unavailable', 8],
  ])('tells a refusal of %i %s in one sentence, and ends with %i', async (status, code, exit) => {
    const document = { status, code, detail: 'It is so.', requestId: 'r1' };
    await using server = await ScriptedServer.listen(() => ({ status, document, headers: { 'retry-after': '7' } }));
    const ran = await run(['cancel', 'x'], server.url);
    expect(ran).toMatchObject({ code: exit, out: '' });
    expect(ran.err.split('\n')[0]).toBe(`ebb: It is so. (${code})`);
    const asJson = await run(['cancel', 'x', '--json'], server.url);
    expect(JSON.parse(asJson.err)).toMatchObject({ error: { ...document, exitCode: exit } });
  });

  it('names every rule that a request broke', async () => {
    const errors = [
      { field: 'query.limit', rule: 'must be a whole number' },
      { field: 'query.state', rule: 'must be one of these' },
    ];
    const detail = errors.map(({ field, rule }) => `${field}: ${rule}`).join('; ');
    const document = { code: 'InvalidRequest', title: 'The request breaks a rule', detail, errors };
    await using server = await ScriptedServer.listen(() => ({ status: 400, document }));
    expect((await run(['ls'], server.url)).err.trimEnd().split('\n')).toEqual([
      'ebb: The request breaks a rule (InvalidRequest):',
      '  query.limit: must be a whole number',
      '  query.state: must be one of these',
    ]);
  });

  it('says how to start Ebb where nothing answers', async () => {
    const ran = await run(['ls'], 'http://127.0.0.1:1');
    expect(ran).toEqual({ code: 5, out: '', err: expect.stringContaining('Nothing answers at http://127.0.0.1:1.') });
    expect(ran.err).toContain('ebb up');
  });

  it('tells what is not Ebb from what is', async () => {
    await using server = await ScriptedServer.listen(() => (response) => void response.end('<html>'));
    expect(await run(['ls'], server.url)).toMatchObject({ code: 5, err: expect.stringContaining('is not Ebb') });
  });

  it('ends quietly when nobody reads on', async () => {
    const items = Array.from({ length: 20_000 }, (_, at) => invocation(`i${at}`));
    await using server = await ScriptedServer.listen(() => ({ document: { items } }));
    const running = startEbb(['ls', '--json'], { env: { EBB_URL: server.url } });
    running.child.stdout!.once('data', () => running.child.stdout!.destroy());
    expect(await running.ended).toMatchObject({ code: 0, err: '' });
  });

  it('goes through the pages of a listing as far as is wanted', async () => {
    await using server = await ScriptedServer.listen(({ url }) => {
      const query = new URL(url, 'http://x').searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const items = Array.from({ length: Number(query.get('limit')) }, (_, at) => invocation(`i${from + at}`));
      return { document: { items, nextCursor: String(from + items.length) } };
    });
    const ran = await run(
      ['ls', '-n', '150', '--state', 'failed', '--label', 'a=b', '--endpoint', 'ocr', '-q'],
      server.url,
    );
    expect(ran.out.trim().split('\n')).toHaveLength(150);
    expect(server.received.map(({ url }) => url)).toEqual([
      '/v1/invocations?endpoint=ocr&state=Failed&label=a%3Ab&limit=100',
      '/v1/invocations?endpoint=ocr&state=Failed&label=a%3Ab&limit=50&cursor=100',
    ]);
    const { items, nextCursor } = JSON.parse((await run(['ls', '--json', '-n', '2'], server.url)).out) as {
      items: object[];
      nextCursor: string;
    };
    expect(items).toHaveLength(2);
    expect(nextCursor).toBe('2');
  });

  it('sends files as they are, each once, with what goes along', async () => {
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

  it('sends standard input, and what lies in a bucket already', async () => {
    await using server = await ScriptedServer.listen(accepting);
    expect(await run(['invoke', 'ocr', '-', '-q'], server.url, { input: 'typed' })).toMatchObject({
      code: 0,
      out: 'typed\n',
    });
    await run(['invoke', 'ocr', 's3://bucket/key'], server.url);
    expect(server.received.at(-1)).toMatchObject({ body: '', headers: { 'input-location': 's3://bucket/key' } });
  });

  it('tries again under the same idempotency key while Ebb cannot take it', async () => {
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

  it('tells what was accepted when the rest was not', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.body === 'b'
        ? { status: 503, document: { code: 'IntakePaused', detail: 'Paused.' } }
        : accepting(request),
    );
    const ran = await run(['invoke', 'ocr', 'a.txt', 'b.txt', 'c.txt', '--parallel', '1'], server.url);
    expect(ran).toMatchObject({ code: 8, out: 'a.txt  a  Queued, 3 before it\n' });
    expect(ran.err).toMatch(/1 of 3 were accepted[^]*b\.txt: Paused\. \(IntakePaused\)[^]*--resume/);
    expect(server.received.map(({ body }) => body)).toEqual(['a', 'b']);
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

  it('goes on waiting where it was when the connection breaks', async () => {
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

  it('leaves no part of an output behind when the connection breaks', async () => {
    await using server = await ScriptedServer.listen((request) => {
      if (!request.url.endsWith('/output')) return accepting(request);
      return (response) => {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
        response.write('half', () => response.destroy());
      };
    });
    const ran = await run(['output', 'a', '--out', 'broken/a.txt'], server.url);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^ebb: .*\n$/) });
    expect(readdirSync(join(folder, 'broken'))).toEqual([]);
  });

  it('ends with 1 when what it waited for is not Completed', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.url.startsWith('/v1/invocations/')
        ? {
            document: invocation('a', {
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

  it('ends with 6 when it has waited long enough, and says that the work goes on', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.url.startsWith('/v1/invocations/') ? () => undefined : accepting(request),
    );
    const ran = await run(['invoke', 'ocr', 'a.txt', '--wait', '--timeout', '0.2s'], server.url);
    expect(ran).toMatchObject({ code: 6, out: '' });
    expect(ran.err).toMatch(/It goes on[^]*ebb status a/);
  });

  it('says at the first Ctrl-C that the work goes on, and leaves at the second', async () => {
    await using server = await ScriptedServer.listen((request) =>
      request.url.startsWith('/v1/invocations/') ? () => undefined : accepting(request),
    );
    const running = startEbb(['invoke', 'ocr', 'a.txt', '--wait'], { cwd: folder, env: { EBB_URL: server.url } });
    await running.says(/accepted/);
    running.child.kill('SIGINT');
    await running.says(/The work goes on[^]*ebb status a/);
    expect(running.child.exitCode).toBeNull();
    // The second is one of its own only some time after the first: a terminal and npx both pass on a single press.
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, out: '' });
  });

  it('takes its token from the environment, a file or a login, and sends it nowhere else', async () => {
    const caller = { name: 'me', role: 'read', keyId: 'EBBKAAAAAAAAAAAAAAAA' };
    await using server = await ScriptedServer.listen(({ headers, url }) => {
      if (url === '/v1/whoami' && headers.authorization === `Bearer ${TOKEN}`) return { document: caller };
      if (url.startsWith('/v1/endpoints')) return { document: { items: [] } };
      return { status: 401, document: { code: 'Unauthenticated', detail: 'The bearer token is not valid.' } };
    });
    const home = join(folder, 'home');
    mkdirSync(home);
    const env = { XDG_CONFIG_HOME: home };
    const wrong = await run(['login'], server.url, { env, input: 'ebb_wrong\n' });
    expect(wrong).toMatchObject({ code: 4, out: '' });
    expect(existsSync(join(home, 'ebb/credentials'))).toBe(false);

    expect(await run(['login'], server.url, { env, input: `${TOKEN}\n` })).toMatchObject({ code: 0 });
    expect(statSync(join(home, 'ebb/credentials')).mode & 0o777).toBe(0o600);
    await run(['endpoints'], server.url, { env });
    expect(server.received.at(-1)!.headers.authorization).toBe(`Bearer ${TOKEN}`);

    await using other = await ScriptedServer.listen(() => ({ document: { items: [] } }));
    await run(['endpoints'], other.url, { env });
    expect(other.received.at(-1)!.headers.authorization).toBeUndefined();

    chmodSync(join(home, 'ebb/credentials'), 0o644);
    expect(await run(['endpoints'], server.url, { env })).toMatchObject({
      code: 4,
      err: expect.stringContaining('chmod 600'),
    });
    await run(['endpoints'], server.url, { env: { ...env, EBB_TOKEN: 'ebb_env' } });
    expect(server.received.at(-1)!.headers.authorization).toBe('Bearer ebb_env');
    expect(await run(['login', '--token', 'x'], server.url, { env })).toMatchObject({ code: 2 });
  });

  it('never shows a token, however things go wrong', async () => {
    await using server = await ScriptedServer.listen(() => (response) => void response.destroy());
    for (const parameters of [['ls'], ['ls', '--json'], ['doctor'], ['invoke', 'ocr', 'a.txt', '--timeout', '1s']]) {
      const { err, out } = await run(parameters, server.url, { env: { EBB_TOKEN: TOKEN } });
      expect(out + err).not.toContain('secret');
    }
  });

  it('finds out with doctor what must be mended, and says how', async () => {
    await using server = await ScriptedServer.listen(({ url }) => {
      if (url === '/health') return { document: { status: 'ok' }, headers: { date: 'Thu, 01 Jan 2026 00:00:00 GMT' } };
      return { status: 401, document: { code: 'Unauthenticated', detail: 'The bearer token is not valid.' } };
    });
    const ran = await run(['doctor', '--json'], server.url, {
      env: { EBB_TOKEN: TOKEN, EBB_DATA_DIR: join(folder, 'a.txt/data') },
    });
    expect(ran.code).toBe(1);
    const { checks, ok } = JSON.parse(ran.out) as {
      ok: boolean;
      checks: { name: string; outcome: string; advice?: string }[];
    };
    expect(ok).toBe(false);
    expect(checks.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name)).toEqual([
      'Clock',
      'Credentials',
      'Data',
    ]);
    for (const { advice, outcome } of checks) expect(outcome === 'fail' ? advice : 'x').toBeTruthy();
  });

  it('is content with a machine on which Ebb could start', async () => {
    const ran = await run(['doctor'], 'http://127.0.0.1:1', { env: { EBB_DATA_DIR: join(folder, 'data') } });
    expect(ran.out).toMatch(/^ok {4}Node/m);
    expect(ran.out).toMatch(/^skip {2}Clock/m);
  });

  it('tells shells how to complete, and completes', async () => {
    await using server = await ScriptedServer.listen(() => ({
      document: { items: [{ name: 'ocr' }, { name: 'other' }] },
    }));
    const ran = await run(['complete', '--', 'invoke', '--wait', 'oc'], server.url);
    expect(ran).toEqual({ code: 0, out: 'ocr\n', err: '' });
    expect(await run(['complete', '--', 'invoke', 'ocr', ''], server.url)).toMatchObject({ out: ':files\n' });
    expect(await run(['complete', '--', 'logs', ''], 'http://127.0.0.1:1')).toEqual({ code: 0, out: '', err: '' });
    const { out } = await run(['completion', 'bash'], server.url);
    expect(out).toContain('complete -F _ebb ebb');
  });

  describe.skipIf(!hasTerminals)('on a terminal', () => {
    it('shows what it waits for as it stands, and leaves the screen as it was', async () => {
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

    it('gives the screen back when top is left with q', async () => {
      await using server = await ScriptedServer.listen(() => ({ document: { items: [] } }));
      const running = startEbbOnTerminal(['top'], { cwd: folder, env: { EBB_URL: server.url, TERM: 'xterm' } });
      await running.says(/no endpoints yet/);
      running.child.stdin!.write('q');
      expect((await running.ended).code).toBe(0);
      expect(running.out.indexOf('\u001b[?1049h')).toBeLessThan(running.out.indexOf('\u001b[?1049l'));
    });
  });
});
