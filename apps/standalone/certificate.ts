import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { type SecureContextOptions, createSecureContext } from 'node:tls';
import type { ListeningSettings } from '../../libs/host/listening.js';
import { ConfigError } from '../../libs/host/setting-reader.js';

/** Reads the certificate and key that are on disk now. Raises `ConfigError` if they cannot be read or do not match. */
export function readCertificate({ certFile, keyFile }: NonNullable<ListeningSettings['tls']>): SecureContextOptions {
  const options = { cert: read('EBB_TLS_CERT_FILE', certFile), key: read('EBB_TLS_KEY_FILE', keyFile) };
  try {
    createSecureContext(options);
    return options;
  } catch (cause) {
    const { message } = cause as Error;
    const rule = 'EBB_TLS_CERT_FILE and EBB_TLS_KEY_FILE must name a certificate in PEM and its key';
    throw new ConfigError(`${rule}; for '${certFile}' and '${keyFile}', OpenSSL says: ${message}.`, { cause });
  }
}

/**
 * Reads certificate and key from disk again, for new connections. Raises `ConfigError`, and keeps the old certificate.
 */
export function renewCertificate(server: Server, tls: NonNullable<ListeningSettings['tls']>): void {
  server.setSecureContext(readCertificate(tls));
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(`${name} must name a file that can be read; ${(cause as Error).message}.`, { cause });
  }
}
