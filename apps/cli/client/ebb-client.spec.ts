import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_ROUTES } from '../../../libs/wire/rest/all-routes.js';
import { ScriptedServer } from '../../../test/support/scripted-server.js';
import { EbbClient } from './ebb-client.js';
import { Http } from './http.js';

const { signal } = new AbortController();

const CALLS: Readonly<Record<string, (client: EbbClient) => Promise<unknown>>> = {
  submitInvocation: (client) => client.submit('ocr', { location: 's3://b/k' }, {}),
  getInvocation: (client) => client.invocation('i'),
  followInvocation: (client) => client.events('i', undefined, signal),
  listInvocations: (client) => client.invocations({ states: ['Failed'], labels: { a: 'b' } }, 10).next(),
  getOutput: (client) => client.output('i'),
  cancelInvocation: (client) => client.cancel('i'),
  cancelInvocations: (client) => client.many('cancel', {}, {}),
  redriveInvocation: (client) => client.redrive('i'),
  redriveInvocations: (client) => client.many('redrive', {}, {}),
  listEndpoints: (client) => client.endpoints(),
  getEndpoint: (client) => client.endpoint('ocr'),
  deployEndpoint: (client) => client.deploy({}),
  redeployEndpoint: (client) => client.redeploy('ocr', {}),
  deleteEndpoint: (client) => client.deleteEndpoint('ocr'),
  setBounds: (client) => client.setBounds('ocr', {}),
  pauseEndpoint: (client) => client.change('ocr', 'pause', {}),
  resumeEndpoint: (client) => client.change('ocr', 'resume', {}),
  wakeEndpoint: (client) => client.change('ocr', 'wake', {}),
  getLogs: (client) => client.followLogs('ocr', {}, 'x'),
  listKeys: (client) => client.keys(),
  createKey: (client) => client.createKey({}),
  revokeKey: (client) => client.revokeKey('k'),
  rotateKey: (client) => client.rotateKey('k', 0),
  whoAmI: (client) => client.whoami(),
};

describe('the client of the REST API', () => {
  let server: ScriptedServer;
  let client: EbbClient;

  beforeAll(async () => {
    server = await ScriptedServer.listen(() => ({ document: { items: [] } }));
    client = new EbbClient(new Http(server.url, 'ebb_token', signal));
  });

  afterAll(async () => {
    await client.http.close();
    await server[Symbol.asyncDispose]();
  });

  it.each(Object.entries(CALLS))('asks by the route %s', async (id, call) => {
    await call(client);
    const { headers, method, url } = server.received.at(-1)!;
    const asked = ALL_ROUTES.filter((route) => route.method === method && patternOf(route.path).test(url));
    expect(asked.map((route) => route.id)).toEqual([id]);
    expect(headers.authorization).toBe('Bearer ebb_token');
  });
});

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/:?]+')}(\\?.*)?$`);
}
