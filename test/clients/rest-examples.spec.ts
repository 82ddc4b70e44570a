import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_ROUTES } from '../../libs/wire/rest/all-routes.js';
import { curlExample } from '../../libs/wire/rest/docs/curl-example.js';
import { openApiOf } from '../../libs/wire/rest/docs/openapi.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { makeKey } from './fuzz-scene.js';
import { isInstalled, run } from './programs.js';

const { paths, components } = openApiOf(ALL_ROUTES);
const examples = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [operation.operationId, curlExample(method, path, operation, components.schemas)] as const,
  ),
);
const guide = readFileSync(resolve(import.meta.dirname, '../../docs/rest-api.md'), 'utf8');
/** All but the line by which the reader says where their own Ebb is. */
const requests = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!.replace(/^export .*\n/m, ''));

/** A reader who fills in what is there gets an answer; here, next to nothing is. */
describe.skipIf(!isInstalled('curl', '--version'))('an example', () => {
  let ebb: StandaloneProcess;
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    ebb = await startStandalone();
    folder = await mkdtemp(join(tmpdir(), 'ebb-examples-'));
    await writeFile(join(folder, 'input'), 'hello');
    const { token } = await makeKey(ebb.url, 'reader');
    const names = { NAME: 'nothing', ID: 'nothing', INSTANCE_ID: 'nothing', TOKEN: 'nothing' };
    environment = { ...process.env, ...names, EBB: ebb.url, EBB_TOKEN: token };
  });
  afterAll(async () => {
    await ebb?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(examples)('in the description, of %s, is a request that is well formed', async (_id, example) => {
    const script = `${example} --silent --show-error --max-time 5 --output answer --write-out '%{http_code}'; echo; cat answer`;
    const { output } = await run('bash', ['-uc', script], { cwd: folder, env: environment });
    const [status = '', ...answer] = output.split('\n');
    expect([status, answer.join('\n')]).toEqual([expect.stringMatching(/^(2..|403|404|409|422)$/), expect.anything()]);
    expect(answer.join('\n')).not.toContain('"code":"UnknownOperation"');
  });

  it.each(requests)('in the guide, %j, is answered', async (request) => {
    const ran = await run('bash', ['-euc', request], { cwd: folder, env: environment });
    expect([ran.code, JSON.parse(ran.output)]).toEqual([0, expect.not.objectContaining({ code: expect.anything() })]);
  });

  it('is there for all that the guide asks', () => {
    expect(requests).toHaveLength(2);
  });
});
