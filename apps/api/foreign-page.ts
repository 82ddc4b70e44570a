import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Why a request that would change something is refused that a web page of another site has made a browser send. */
export function sentByForeignPage({ headers, method }: IncomingMessage): string | undefined {
  if (headers['sec-fetch-site'] !== 'cross-site' || method === 'GET' || method === 'HEAD') return undefined;
  return 'A web page of another site may not change anything here.';
}

/**
 * Why a browser's request is refused that asks for a name which is not this machine's: a page may have made its own name
 * lead here (DNS rebinding), and would read what it likes where nobody needs credentials. `publicUrl` is where others reach
 * Ebb. Programs say nothing that a browser says, and may call Ebb what they like.
 */
export function askedByForeignName({ headers }: IncomingMessage, publicUrl?: string): string | undefined {
  const isBrowser = headers['user-agent']?.startsWith('Mozilla/') === true;
  const name = hostOf(`http://${headers.host}`);
  if (!isBrowser || isLoopbackName(name) || (publicUrl !== undefined && name === hostOf(publicUrl))) return undefined;
  return 'A browser is answered at localhost, and where EBB_PUBLIC_URL says: set that to reach Ebb by another name.';
}

/** Nobody can make one of these lead elsewhere, or have a page of their own under it. */
function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
