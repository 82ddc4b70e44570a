import { describe, expect, it } from 'vitest';
import { type Ran, ebb } from '../support/command-line.js';
import { endpointDocument } from '../support/scripted-ebb.js';
import { ScriptedServer } from '../support/scripted-server.js';

const REASON = 'There is no image ocr:3.';

function run(parameters: readonly string[], url: string): Promise<Ran> {
  return ebb(['deploy', ...parameters], { env: { EBB_URL: url, XDG_CONFIG_HOME: '/nonexistent' } });
}

/** Serves an endpoint that is `first` when a change is requested, and `last` from the second look on. */
function becoming(first: object, last: object): Promise<ScriptedServer> {
  let looks = 0;
  return ScriptedServer.listen(({ method }) => {
    if (method === 'GET') looks += 1;
    return { document: endpointDocument('ocr', looks > 1 ? last : first) };
  });
}

describe.concurrent('ebb deploy', () => {
  it('waits until an endpoint is in service, even if its first launches failed', async () => {
    await using server = await becoming({ status: 'Creating' }, { failureReason: 'The variant main crashes.' });
    const ran = await run(['ocr'], server.url);
    expect(ran).toMatchObject({ code: 0, out: 'ocr is InService. Use it: ebb invoke ocr FILE --wait\n' });
    expect(ran.err).toMatch(/Creating\n.*InService\n$/);
  });

  it('succeeds when an update has replaced the previous config', async () => {
    await using server = await becoming({ status: 'Updating' }, { configName: 'ocr-2' });
    expect(await run(['ocr:3', '--name', 'ocr', '--update'], server.url)).toMatchObject({ code: 0 });
  });

  it.each([
    ['Failed', { status: 'Failed' }, [], /^ebb: The endpoint ocr failed: .*\n.*ebb logs ocr/m],
    ['in service as it was', {}, ['--update'], /^ebb: The update of ocr was rolled back: .*\n.*ebb logs ocr/m],
    ['neither way', { status: 'UpdateRollbackFailed' }, ['--update'], /so did going back .*\n.*ebb logs ocr/m],
  ])('exits with 1 if the endpoint ends %s, and says why', async (_how, last, options, said) => {
    await using server = await becoming({ status: 'Updating' }, { ...last, failureReason: REASON });
    const ran = await run(['ocr:3', '--name', 'ocr', ...options], server.url);
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(said) });
    expect(ran.err).toContain(REASON);
  });
});
