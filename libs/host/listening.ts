import { isIP } from 'node:net';
import type { AccessMode } from '../engine/access/authenticate.js';
import { ConfigError, type SettingReader } from './setting-reader.js';

/** Where Ebb listens, and what it puts up with there. */
export interface ListeningSettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Files in PEM; absent means plain HTTP. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Where others reach Ebb, if not at the address that it listens on: links begin with it. Without a slash at its end. */
  readonly publicUrl?: string;
  readonly limits: ConnectionLimits;
}

/** What one connection, and all of them, may take of Ebb. */
export interface ConnectionLimits {
  /** At a time; further ones are closed as they come. */
  readonly maxConnections: number;
  /** How long the head of a request may take. */
  readonly headersTimeoutMs: number;
  /** A body that Ebb waits for must go on so fast, over any `stallMs`; how long it takes in all does not matter. */
  readonly minBodyBytesPerSecond: number;
  /** How long a body may bring too little, or an answer be left unread. */
  readonly stallMs: number;
}

/** Where to listen, and whether a key is needed there: open is for the loopback address alone. Raises `ConfigError`. */
export function readListening(read: SettingReader): { listening: ListeningSettings; mode: AccessMode } {
  const host = read.matching('EBB_HOST', HOST, 'an address or a host name', '127.0.0.1');
  const mode = read.oneOf('EBB_ACCESS', ['open', 'keys'], isLoopback(host) ? 'open' : 'keys');
  if (mode === 'open' && !isLoopback(host)) {
    const rule = 'keys where EBB_HOST is no loopback address, because open lets everyone in';
    throw read.error('EBB_ACCESS', rule, mode);
  }
  const listening = Object.freeze<ListeningSettings>({
    host,
    port: read.integer('EBB_PORT', 7070, 0, 65_535),
    ...readTls(read),
    publicUrl: read.url('publicUrl', 'EBB_PUBLIC_URL').publicUrl?.replace(/\/+$/, ''),
    limits: Object.freeze<ConnectionLimits>({
      maxConnections: read.integer('EBB_MAX_CONNECTIONS', 10_000, 1, 1_000_000),
      headersTimeoutMs: read.number('EBB_HEADERS_TIMEOUT_SECONDS', 30, 0.1, 3600) * 1000,
      minBodyBytesPerSecond: read.integer('EBB_MIN_BODY_BYTES_PER_SECOND', 512, 1, 1_000_000_000),
      stallMs: read.number('EBB_STALL_SECONDS', 30, 0.1, 3600) * 1000,
    }),
  });
  return { listening, mode };
}

const HOST = /^[a-zA-Z0-9.:_-]+$/;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function readTls(read: SettingReader): Pick<ListeningSettings, 'tls'> {
  const certFile = read.optionalPath('EBB_TLS_CERT_FILE');
  const keyFile = read.optionalPath('EBB_TLS_KEY_FILE');
  if (certFile !== undefined && keyFile !== undefined) return { tls: { certFile, keyFile } };
  if (certFile === undefined && keyFile === undefined) return {};
  const missing = certFile === undefined ? 'EBB_TLS_CERT_FILE' : 'EBB_TLS_KEY_FILE';
  const given = certFile === undefined ? 'EBB_TLS_KEY_FILE' : 'EBB_TLS_CERT_FILE';
  throw new ConfigError(`${missing} must be set where ${given} is; it is ''.`);
}
