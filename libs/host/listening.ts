import { isIP } from 'node:net';
import type { AccessMode } from '../engine/access/authenticate.js';
import { ConfigError, type SettingReader } from './setting-reader.js';

/** The address on which Ebb listens, and the limits of its connections. */
export interface ListeningSettings {
  readonly host: string;
  /** The port; 0 lets the operating system choose one. */
  readonly port: number;
  /** The certificate and its key, as PEM files; if absent, plain HTTP. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /**
   * The URL at which others reach Ebb, without a slash at its end. Links begin with it. If absent, the address that Ebb
   * listens on.
   */
  readonly publicUrl?: string;
  readonly limits: ConnectionLimits;
}

/** The limits of each connection, and of all connections together. */
export interface ConnectionLimits {
  /** The most connections that are open at a time. Ebb closes each further one when it arrives. */
  readonly maxConnections: number;
  /** The longest time that the head of a request may take. */
  readonly headersTimeoutMs: number;
  /** The lowest rate of a body that Ebb waits for, measured over any `stallMs`. The total duration has no limit. */
  readonly minBodyBytesPerSecond: number;
  /** The longest time that a body may be too slow, or a response may stay unread. */
  readonly stallMs: number;
}

/**
 * Reads the address to listen on, and the access mode. Mode `open` is allowed on the loopback address only. Raises
 * `ConfigError`.
 */
export function readListening(read: SettingReader): { listening: ListeningSettings; mode: AccessMode } {
  const host = read.matching('EBB_HOST', HOST, 'an address or a host name', '127.0.0.1');
  const mode = read.oneOf('EBB_ACCESS', ['open', 'keys'], isLoopback(host) ? 'open' : 'keys');
  if (mode === 'open' && !isLoopback(host)) {
    const rule = 'keys if EBB_HOST is not a loopback address, because open admits everyone';
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
  throw new ConfigError(`${missing} must be set if ${given} is set; it is ''.`);
}
