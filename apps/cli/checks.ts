import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { Agent, request } from 'undici';
import type { Credentials } from './credentials.js';
import { Failure } from './failure.js';
import { bytes, span } from './format/quantities.js';
import { serviceEnvironment } from './service-environment.js';
import type { Session } from './session.js';

/** What one look has found. `fail` must be mended, `warn` may have to be, `skip` did not matter here. */
export interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'warn' | 'fail' | 'skip';
  readonly finding: string;
  readonly advice?: string;
}

/** The checks of `ebb doctor`, in their order. */
export const CHECKS: readonly ((session: Session) => Promise<Check>)[] = [
  checkNode,
  checkEbb,
  checkClock,
  checkCredentials,
  checkDataDirectory,
  checkDisk,
  checkEngine,
];

const LIMIT_MS = 5_000;
const LITTLE_SPACE_BYTES = 5 * 2 ** 30;
const NO_SPACE_BYTES = 256 * 2 ** 20;
/** Signatures of AWS's clients are refused when the clocks are five minutes apart. */
const SKEW_LIMIT_MS = 300_000;
const SKEW_WORTH_TELLING_MS = 30_000;

async function checkNode(): Promise<Check> {
  return { name: 'Node', outcome: 'ok', finding: `${process.version}, ${process.execPath}` };
}

async function checkEbb(session: Session): Promise<Check> {
  const { url } = session;
  const name = 'Ebb';
  const health = await healthOf(session);
  if (health?.isEbb) return { name, outcome: 'ok', finding: `answers at ${url}` };
  if (health) {
    const advice = 'Something else has the port: start Ebb on another one, `ebb up --port 7071`, and set EBB_URL.';
    return { name, outcome: 'fail', finding: `what answers at ${url} is not Ebb`, advice };
  }
  const { hostname, port, protocol } = new URL(url);
  if (!isLoopback(hostname)) {
    return {
      name,
      outcome: 'fail',
      finding: `nothing answers at ${url}`,
      advice: 'Check --url or EBB_URL, and the network between.',
    };
  }
  const number = Number(port) || (protocol === 'https:' ? 443 : 80);
  const taken = await whyNotFree(hostname, number);
  if (taken === undefined) {
    return {
      name,
      outcome: 'warn',
      finding: `does not run; port ${number} is free`,
      advice: 'Start it with `ebb up`.',
    };
  }
  const advice = 'Start Ebb on another port, `ebb up --port 7071`, and set EBB_URL.';
  return { name, outcome: 'fail', finding: `does not answer, and port ${number} cannot be used: ${taken}`, advice };
}

async function checkClock(session: Session): Promise<Check> {
  const name = 'Clock';
  const health = await healthOf(session);
  if (health?.date === undefined) return { name, outcome: 'skip', finding: 'there is no other clock to compare with' };
  const skewMs = Math.abs(Date.now() - health.date);
  // The other clock is told to the second, and the answer has been on its way.
  if (skewMs < SKEW_WORTH_TELLING_MS) return { name, outcome: 'ok', finding: "is the same as Ebb's" };
  const finding = `differs from Ebb's by ${span(skewMs)}`;
  const advice = 'Set both clocks by NTP: signatures are refused when they are five minutes apart.';
  return { name, outcome: skewMs > SKEW_LIMIT_MS ? 'fail' : 'warn', finding, advice };
}

async function checkCredentials(session: Session): Promise<Check> {
  const name = 'Credentials';
  let credentials: Credentials | undefined;
  try {
    credentials = session.credentials;
    const source = credentials?.source ?? 'none are given';
    if (!(await healthOf(session))?.isEbb)
      return { name, outcome: 'skip', finding: `${source}; there is no Ebb to ask` };
    const { keyId, name: caller, role } = await session.client.whoami();
    const finding = `${source}; ${caller}${keyId === undefined ? '' : ` (${keyId})`}, who may ${role}`;
    if (credentials && session.url.startsWith('http:') && !isLoopback(new URL(session.url).hostname)) {
      return { name, outcome: 'warn', finding, advice: 'The token goes over the network unencrypted: use https.' };
    }
    return { name, outcome: 'ok', finding };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const finding = credentials ? `${credentials.source}; ${error.message}` : error.message;
    return { name, outcome: 'fail', finding, advice: error.advice };
  }
}

async function checkDataDirectory({ environment }: Session): Promise<Check> {
  const name = 'Data';
  const directory = serviceEnvironment(environment)['EBB_DATA_DIR']!;
  const existing = await firstExisting(directory);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return {
      name,
      outcome: 'ok',
      finding: `${directory}${existing === directory ? '' : ', which is still to be made'}`,
    };
  } catch (error) {
    const advice = 'Let this user write there, or choose another folder: EBB_DATA_DIR, or `ebb up --data`.';
    return { name, outcome: 'fail', finding: `${existing} cannot be written to: ${(error as Error).message}`, advice };
  }
}

async function checkDisk({ environment }: Session): Promise<Check> {
  const name = 'Disk';
  const directory = await firstExisting(serviceEnvironment(environment)['EBB_DATA_DIR']!);
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const finding = `${bytes(free)} free at ${directory}`;
  if (free >= LITTLE_SPACE_BYTES) return { name, outcome: 'ok', finding };
  const advice = 'Make room, or move the data: EBB_DATA_DIR. Inputs, outputs, models and logs are kept there.';
  return { name, outcome: free < NO_SPACE_BYTES ? 'fail' : 'warn', finding, advice };
}

async function checkEngine({ environment }: Session): Promise<Check> {
  const name = 'Containers';
  const isWanted = environment.text('EBB_PROFILE') === 'docker' || environment.text('EBB_INSTANCES') === 'docker';
  const engine =
    environment.text('EBB_DOCKER_HOST') ?? environment.text('DOCKER_HOST') ?? 'unix:///var/run/docker.sock';
  try {
    return { name, outcome: 'ok', finding: `${await engineVersion(engine)} at ${engine}` };
  } catch (error) {
    const finding = `no engine answers at ${engine}: ${(error as Error).message}`;
    if (!isWanted) return { name, outcome: 'skip', finding: `${finding}; instances are processes, which need none` };
    const advice =
      'Start dockerd, or `podman system service`; say where it listens with EBB_DOCKER_HOST; may this user use it?';
    return { name, outcome: 'fail', finding, advice };
  }
}

async function engineVersion(engine: string): Promise<string> {
  const socketPath = /^unix:\/\/(.+)$/.exec(engine)?.[1];
  const dispatcher = new Agent({ connect: { socketPath, timeout: LIMIT_MS } });
  try {
    const origin = socketPath === undefined ? engine.replace(/^tcp:/, 'http:') : 'http://engine';
    const { body } = await request(`${origin}/version`, { dispatcher, signal: AbortSignal.timeout(LIMIT_MS) });
    const { Components: [component] = [], Version } = (await body.json()) as {
      readonly Version?: string;
      readonly Components?: readonly { readonly Name?: string }[];
    };
    if (Version === undefined) throw new Error('what listens there is no container engine');
    return `${component?.Name ?? 'An engine'} ${Version}`;
  } finally {
    await dispatcher.destroy();
  }
}

interface Health {
  readonly isEbb: boolean;
  /** What the clock over there said. */
  readonly date?: number;
}

/** What answers at the URL; absent where nothing does. */
async function healthOf({ signal, url }: Session): Promise<Health | undefined> {
  const dispatcher = new Agent({ connect: { timeout: LIMIT_MS } });
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    const { body, headers } = await request(`${url}/health`, { dispatcher, signal: limit });
    const text = await body.text();
    const date = Date.parse(String(headers['date']));
    return { isEbb: text.startsWith('{"status":"ok"'), date: Number.isNaN(date) ? undefined : date };
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  } finally {
    await dispatcher.destroy();
  }
}

function whyNotFree(hostname: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.message));
    server.listen(port, hostname.replace(/^\[|\]$/g, ''), () => server.close(() => resolve(undefined)));
  });
}

async function firstExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const isThere = await access(folder).then(
      () => true,
      () => false,
    );
    if (isThere || dirname(folder) === folder) return folder;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
