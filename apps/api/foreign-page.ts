import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Returns why a request is refused that changes something and that a web page of another site made a browser send;
 * `undefined` if it may pass.
 */
export function sentByForeignPage({ headers, method }: IncomingMessage): string | undefined {
  if (headers['sec-fetch-site'] !== 'cross-site' || method === 'GET' || method === 'HEAD') return undefined;
  return 'A web page of another site sent this request. Only pages of this site may change anything.';
}

/**
 * Returns why a browser's request is refused that asks for a name not of this machine; `undefined` if it may pass. A
 * page may have made its own name lead here (DNS rebinding), and could read everything if no credentials are needed.
 * `publicUrl` is the address at which others reach Ebb. Programs other than browsers may use any name.
 */
export function askedByForeignName({ headers }: IncomingMessage, publicUrl?: string): string | undefined {
  const isBrowser = headers['user-agent']?.startsWith('Mozilla/') === true;
  const name = hostOf(`http://${headers.host}`);
  if (!isBrowser || isLoopbackName(name) || (publicUrl !== undefined && name === hostOf(publicUrl))) return undefined;
  return 'Ebb answers browsers only at localhost and at the host of EBB_PUBLIC_URL. Set EBB_PUBLIC_URL to use another name.';
}

/** Whether the name always leads to this machine: no attacker can redirect it, or serve a page under it. */
function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
