import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubmitScene, type SubmitAnswer } from '../support/submit-scene.js';

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
  await scene.deploy('still');
  await scene.holdBack('still');
});
afterAll(() => scene?.[Symbol.asyncDispose]());

interface LineAnswer {
  readonly line: number;
  readonly status: number;
  readonly idempotentReplayed?: boolean;
  readonly invocation?: SubmitAnswer;
  readonly problem?: SubmitAnswer;
}

const NDJSON = { 'content-type': 'application/x-ndjson' };

async function send(name: string, body: string): Promise<LineAnswer[]> {
  const { headers, status, text } = await scene.send(`endpoints/${name}/invocations:batch`, {
    method: 'POST',
    headers: NDJSON,
    body,
  });
  expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LineAnswer);
}

function lines(...documents: readonly object[]): string {
  return documents.map((document) => `${JSON.stringify(document)}\n`).join('');
}

describe('a batch', () => {
  it('takes inputs as JSON, as text, as bytes and by their address', async () => {
    const [stored] = await send('echo', lines({ input: 'stored' }));
    const { inputLocation } = await scene.settled(stored!.invocation!.id);
    const answers = await send(
      'echo',
      lines(
        { input: { question: 'why?' } },
        { input: 'plain text', contentType: 'text/plain' },
        { input: 'a JSON text' },
        { input: null, contentType: 'application/json' },
        { inputBase64: 'AP8=', contentType: 'image/png' },
        { inputLocation },
      ),
    );
    expect(answers.map(({ line, status }) => [line, status])).toEqual([1, 2, 3, 4, 5, 6].map((line) => [line, 202]));
    const outputs = answers.map(async ({ invocation }) => {
      await scene.settled(invocation!.id);
      const answer = await scene.aws.objectAt(String(invocation!['outputLocation']));
      return [answer?.contentType, answer?.text];
    });
    expect(await Promise.all(outputs)).toEqual([
      ['application/json', '{"question":"why?"}'],
      ['text/plain', 'plain text'],
      ['application/json', '"a JSON text"'],
      ['application/json', 'null'],
      ['image/png', '\u0000\ufffd'],
      ['application/json', '"stored"'],
    ]);
  });

  it('keeps the settings of each line', async () => {
    const [answer] = await send(
      'still',
      lines({
        input: 1,
        priority: 'low',
        labels: { run: 'nightly, all' },
        timeToLiveSeconds: 120,
        invocationTimeoutSeconds: 7,
        inferenceId: 'mine',
        idempotencyKey: 'line',
      }),
    );
    const invocation = await scene.invocation(answer!.invocation!.id);
    expect(invocation).toMatchObject({
      priority: 'low',
      labels: { run: 'nightly, all' },
      timeoutSeconds: 7,
      inferenceId: 'mine',
    });
  });

  it('refuses an invalid line, and accepts the others', async () => {
    const answers = await send(
      'still',
      [
        '{"input": 1}',
        'no JSON',
        '',
        '{"input": 1, "inputLocation": "s3://bucket/key"}',
        '{}',
        '{"input": 1, "unknown": 2}',
        '{"input": 1, "priority": "urgent", "labels": {"a b": "c"}}',
        '{"inputBase64": "%%%"}',
        '{"input": 1, "deadline": "2020-01-01T00:00:00Z"}',
        '{"input": 2}',
      ].join('\n'),
    );
    expect(answers.map(({ line, status, problem }) => [line, status, problem?.code])).toEqual([
      [1, 202, undefined],
      ...[2, 4, 5, 6, 7, 8, 9].map((line) => [line, 400, 'InvalidRequest']),
      [10, 202, undefined],
    ]);
    expect(answers[4]!.problem!.errors).toEqual([
      { field: 'line', rule: expect.stringContaining('"unknown"') as string },
    ]);
    expect(answers[5]!.problem!.errors?.map(({ field }) => field)).toEqual(['line.priority', 'line.labels.a b']);
  });

  it('accepts a repeated line once, in one batch or in two', async () => {
    const twice = lines({ input: 'x', idempotencyKey: 'twice' }, { input: 'x', idempotencyKey: 'twice' });
    const [first, second] = await send('still', twice);
    const [third] = await send('still', twice);
    expect(new Set([first, second, third].map((answer) => answer!.invocation!.id)).size).toBe(1);
    expect([first, second].filter((answer) => answer!.idempotentReplayed)).toHaveLength(1);
    expect(third!.idempotentReplayed).toBe(true);
    const [conflict] = await send('still', lines({ input: 'y', idempotencyKey: 'twice' }));
    expect([conflict!.status, conflict!.problem!.code]).toEqual([409, 'IdempotencyConflict']);
  });

  it('is accepted up to a thousand lines, and without the lines beyond', async () => {
    const thousand = '{"input":1}\n'.repeat(1_000);
    const whole = await send('still', thousand);
    expect(whole.filter(({ status }) => status === 202)).toHaveLength(1_000);
    expect(whole.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1));
    const beyond = await send('still', `${thousand}{"input":1}`);
    expect(beyond.filter(({ status }) => status === 202)).toHaveLength(1_000);
    expect(beyond.at(-1)).toMatchObject({ line: 1_001, status: 422, problem: { code: 'LimitExceeded' } });
  });

  it('is refused before any line is accepted if it is longer than 8 MiB', async () => {
    const body = `{"input":1}\n${' '.repeat(8 * 1_048_576)}`;
    const { status } = await scene.send('endpoints/still/invocations:batch', { method: 'POST', headers: NDJSON, body });
    expect(status).toBe(413);
  });

  it('is answered line by line while it is still being sent', async () => {
    const socket = connect(Number(new URL(scene.url).port), '127.0.0.1');
    socket.write(
      'POST /v1/endpoints/still/invocations:batch HTTP/1.1\r\nHost: ebb\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const forty = '{"input":1}\n'.repeat(40);
    socket.write(`${Buffer.byteLength(forty).toString(16)}\r\n${forty}\r\n`);
    let answered = '';
    while (!answered.includes('"line":1,')) answered += String((await once(socket, 'data'))[0]);
    expect(answered).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    socket.destroy();
  });

  it.each([
    ['there is no such endpoint', 'nobody', NDJSON, 404, 'EndpointNotFound'],
    ['it is of another content type', 'still', { 'content-type': 'application/json' }, 415, 'UnsupportedContentType'],
  ])('is refused whole where %s', async (_sentence, name, headers, status, code) => {
    const init = { method: 'POST', headers, body: '{"input":1}' };
    const refused = await scene.send(`endpoints/${name}/invocations:batch`, init);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });
});
