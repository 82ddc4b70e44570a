import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { EbbError } from '../../../core/errors.js';

/** The range is below the ports that operating systems use for outgoing connections, which come and go all the time. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;
const MAX_TRIES = 200;

/**
 * Chooses a port of the loopback address on which no program listens, and adds it to `taken`. Another program may take
 * the port before the container does. Then the container cannot bind it and ends, which counts as a failed launch.
 */
export async function takeFreePort(taken: Set<number>): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
    taken.delete(port);
  }
  throw new EbbError('Unavailable', `No free port was found between ${FIRST_PORT} and ${LAST_PORT}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
