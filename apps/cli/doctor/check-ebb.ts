import { createServer } from 'node:net';
import { Agent, request } from 'undici';
import type { Credentials } from '../session/credentials.js';
import { Failure } from '../outcome/failure.js';
import { span } from '../format/quantities.js';
import type { Session } from '../session/session.js';
import type { Check } from './check.js';

const LIMIT_MS = 5_000;
/** Signatures of AWS's clients are refused when the clocks are five minutes apart. */
const SKEW_LIMIT_MS = 300_000;
const SKEW_WORTH_TELLING_MS = 30_000;

/** Whether Ebb answers, or could be started where it would answer. */
export async function checkEbb(session: Session): Promise<Check> {
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

/** Whether this machine and Ebb's have the same time. */
export async function checkClock(session: Session): Promise<Check> {
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

/** Whether the credentials are accepted, and whose they are. */
export async function checkCredentials(session: Session): Promise<Check> {
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

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
