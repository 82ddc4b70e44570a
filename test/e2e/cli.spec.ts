import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ran, type RunOptions, ebb, startEbb, startEbbOnTerminal } from '../support/command-line.js';
import { invocationDocument } from '../support/scripted-ebb.js';
import { ScriptedServer } from '../support/scripted-server.js';

const TOKEN = 'ebb_EBBKAAAAAAAAAAAAAAAA_secret';
const hasTerminals = existsSync('/usr/bin/script');

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
    ['an impossible value', ['ls', '--limit', 'many']],
    ['an unknown state', ['ls', '--state', 'Lost']],
    ['options that exclude each other', ['scale', 'ocr', '--pause', '--resume']],
    ['nothing to change', ['scale', 'ocr']],
    ['nothing to cancel', ['cancel']],
    ['followed logs with an end', ['logs', 'ocr', '-f', '--until', '2026-01-01T00:00:00Z']],
    ['ids together with a filter', ['redrive', 'x', '--endpoint', 'ocr']],
    ['a missing file', ['invoke', 'ocr', 'missing.png']],
    ['a folder without an image', ['deploy', './missing']],
    ['an invalid address', ['ls', '--url', 'ftp://x']],
  ])('exits with 2 for %s, and explains the error without calling Ebb', async (_what, parameters) => {
    const ran = await run(parameters, 'http://127.0.0.1:1');
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/^(error|ebb): .+/);
  });

  it('reports a wrong command line to programs as a JSON document', async () => {
    const ran = await run(['ls', '--json', '--limit', 'many'], 'http://127.0.0.1:1');
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(ran.err)).toEqual({ error: { detail: expect.stringContaining('--limit'), exitCode: 2 } });
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
  ])('reports a refusal of %i %s in one sentence, and exits with %i', async (status, code, exit) => {
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

  it('says how to start Ebb if nothing answers', async () => {
    const ran = await run(['ls'], 'http://127.0.0.1:1');
    expect(ran).toEqual({ code: 5, out: '', err: expect.stringContaining('Nothing answers at http://127.0.0.1:1.') });
    expect(ran.err).toContain('ebb up');
  });

  it('reports a server that is not Ebb', async () => {
    await using server = await ScriptedServer.listen(() => (response) => void response.end('<html>'));
    expect(await run(['ls'], server.url)).toMatchObject({ code: 5, err: expect.stringContaining('is not Ebb') });
  });

  it('ends quietly if nobody reads its output, as programs do', async () => {
    const items = Array.from({ length: 20_000 }, (_, at) => invocationDocument(`i${at}`));
    await using server = await ScriptedServer.listen(() => ({ document: { items } }));
    const running = startEbb(['ls', '--json'], { env: { EBB_URL: server.url } });
    running.child.stdout!.once('data', () => running.child.stdout!.destroy());
    expect(await running.ended).toMatchObject({ code: 141, err: '' });
  });

  it('requests only the last lines of a log', async () => {
    const lines = [{ at: '2026-01-01T00:00:00.000Z', stream: 'stdout', instanceId: 'i-1', text: 'last' }];
    await using server = await ScriptedServer.listen(() => ({ document: { lines, next: 'x', hasMore: false } }));
    const ran = await run(['logs', 'ocr', '-n', '50', '--stream', 'stdout'], server.url);
    expect(ran).toEqual({ code: 0, out: '2026-01-01T00:00:00.000Z i-1 stdout last\n', err: '' });
    expect(server.received.map(({ url }) => url)).toEqual(['/v1/endpoints/ocr/logs?stream=stdout&tail=50']);
  });

  it('reads the pages of a listing up to the requested limit', async () => {
    await using server = await ScriptedServer.listen(({ url }) => {
      const query = new URL(url, 'http://x').searchParams;
      const from = Number(query.get('cursor') ?? 0);
      const items = Array.from({ length: Number(query.get('limit')) }, (_, at) => invocationDocument(`i${from + at}`));
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
    expect(await run(['login'], server.url, { env, input: 'ebb_one\nebb_two\n' })).toMatchObject({ code: 2 });

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
    chmodSync(join(home, 'ebb/credentials'), 0o600);
    const left = await run(['logout', '--json'], server.url, { env });
    expect([left.code, JSON.parse(left.out)]).toEqual([0, { url: server.url }]);
  });

  it('never shows a token in any error', async () => {
    await using server = await ScriptedServer.listen(() => (response) => void response.destroy());
    for (const parameters of [['ls'], ['ls', '--json'], ['doctor'], ['invoke', 'ocr', 'a.txt', '--timeout', '1s']]) {
      const { err, out } = await run(parameters, server.url, { env: { EBB_TOKEN: TOKEN } });
      expect(out + err).not.toContain('secret');
    }
  });

  it('finds problems with doctor, and says how to solve them', async () => {
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

  it('finds no problem on a machine on which Ebb could start', async () => {
    const ran = await run(['doctor'], 'http://127.0.0.1:1', { env: { EBB_DATA_DIR: join(folder, 'data') } });
    expect(ran.out).toMatch(/^ok {4}Node/m);
    expect(ran.out).toMatch(/^skip {2}Clock/m);
  });

  it('prints completion scripts for shells, and completes', async () => {
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

  it.skipIf(!hasTerminals)('does not echo a token that is typed', async () => {
    await using server = await ScriptedServer.listen(() => ({ document: { name: 'me', role: 'read' } }));
    const env = { EBB_URL: server.url, XDG_CONFIG_HOME: join(folder, 'typed'), TERM: 'xterm' };
    const running = startEbbOnTerminal(['login'], { cwd: folder, env });
    await running.says(/Token for/);
    running.child.stdin!.write(`${TOKEN}\r`);
    expect((await running.ended).code).toBe(0);
    expect(running.out).toContain('You are me');
    expect(running.out).not.toContain('secret');
    expect(server.received.at(-1)!.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.skipIf(!hasTerminals)('restores the screen when top ends with q', async () => {
    await using server = await ScriptedServer.listen(() => ({ document: { items: [] } }));
    const running = startEbbOnTerminal(['top'], { cwd: folder, env: { EBB_URL: server.url, TERM: 'xterm' } });
    await running.says(/no endpoints yet/);
    running.child.stdin!.write('q');
    expect((await running.ended).code).toBe(0);
    expect(running.out.indexOf('\u001b[?1049h')).toBeLessThan(running.out.indexOf('\u001b[?1049l'));
  });
});
