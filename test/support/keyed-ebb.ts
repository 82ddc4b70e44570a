import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Standalone, startStandalone } from '../../apps/standalone/start-standalone.js';
import type { AccessKeyRequest } from '../../libs/core/access/access-key.js';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { type CreatedAccessKey, createAccessKey } from '../../libs/engine/access/create-access-key.js';
import { Log, type LogFields } from '../../libs/engine/log.js';
import { Config } from '../../libs/host/config.js';
import { openAccess } from '../../libs/host/open-access.js';
import { eventually } from './eventually.js';

export const TEST_IMAGES = resolve(import.meta.dirname, 'images');
const ROOT = resolve(import.meta.dirname, '../..');

/** All of Ebb in this process, where nobody gets in without a key. */
export interface KeyedEbb<Name extends string> extends AsyncDisposable {
  readonly standalone: Standalone;
  readonly url: string;
  readonly dataDirectory: string;
  /** Every line that was logged, with its fields. */
  readonly log: readonly string[];
  /** Made before the start, as with `ebb keys create --local`. */
  readonly keys: Readonly<Record<Name, CreatedAccessKey>>;
  /** A request with the token of a key; without a name, as nobody. */
  ask(name: Name | undefined, method: string, path: string, body?: object): Promise<Response>;
}

/** Makes keys by their names, and starts on them. */
export async function startWithKeys<Name extends string>(
  requests: Readonly<Record<Name, Omit<AccessKeyRequest, 'name'>>>,
  settings: NodeJS.ProcessEnv = {},
): Promise<KeyedEbb<Name>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ebb-keyed-'));
  const own = { PATH: process.env['PATH'], EBB_DATA_DIR: dataDirectory, EBB_PORT: '0', EBB_ACCESS: 'keys' };
  const config = Config.read({ ...own, ...settings }, ROOT);
  const keys = await makeKeys(config, requests);
  const log = new KeptLog();
  const standalone = await startStandalone(config, log).catch(async (error: unknown) => {
    await removeTree(dataDirectory);
    throw error;
  });
  const { url } = standalone;
  return {
    standalone,
    url,
    dataDirectory,
    log: log.lines,
    keys,
    ask: (name, method, path, body) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(name && { authorization: `Bearer ${keys[name].credential.token}` }),
          ...(body && { 'content-type': 'application/json' }),
        },
        redirect: 'manual',
        ...(body && { body: JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      await standalone.stop();
      await removeTree(dataDirectory);
    },
  };
}

/** An endpoint on which everything that is submitted waits for as long as the test lasts. `operator` may operate. */
export async function deployPaused<Name extends string>(
  ebb: KeyedEbb<Name>,
  operator: NoInfer<Name>,
  endpointName: string,
): Promise<void> {
  await ebb.ask(operator, 'POST', '/v1/endpoints', { name: endpointName, image: 'echo', maxInstances: 1 });
  await eventually(`${endpointName} is in service`, async () => {
    const response = await ebb.ask(operator, 'GET', `/v1/endpoints/${endpointName}`);
    return ((await response.json()) as { status?: string }).status === 'InService';
  });
  await ebb.ask(operator, 'POST', `/v1/endpoints/${endpointName}:pause`, { dispatch: true });
}

async function makeKeys<Name extends string>(
  config: Config,
  requests: Readonly<Record<Name, Omit<AccessKeyRequest, 'name'>>>,
): Promise<Record<Name, CreatedAccessKey>> {
  const access = openAccess(config);
  const keys: Partial<Record<Name, CreatedAccessKey>> = {};
  for (const name of Object.keys(requests) as Name[]) {
    keys[name] = await createAccessKey(access.world, { name, ...requests[name] }, 'the test');
  }
  access.close();
  return keys as Record<Name, CreatedAccessKey>;
}

class KeptLog extends Log {
  readonly lines: string[] = [];

  override debug(event: string, fields?: LogFields): void {
    this.keep(event, fields);
  }

  override info(event: string, fields?: LogFields): void {
    this.keep(event, fields);
  }

  override warn(event: string, fields?: LogFields): void {
    this.keep(event, fields);
  }

  override error(event: string, fields?: LogFields): void {
    this.keep(event, fields);
  }

  private keep(event: string, fields?: LogFields): void {
    this.lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  }
}
