import { describe, expect, it } from 'vitest';
import { Config } from './config.js';

const read = (environment: NodeJS.ProcessEnv): Config => Config.read(environment, '/ebb');

describe('where Ebb listens', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('is open to everyone on %s by default', (EBB_HOST) => {
    expect(read({ EBB_HOST }).access.mode).toBe('open');
    expect(read({ EBB_HOST, EBB_ACCESS: 'keys' }).access.mode).toBe('keys');
  });

  it.each(['0.0.0.0', '::', '192.168.1.7', '128.0.0.1', 'ebb.example.com', '127.0.0.1.example.com', '127.1'])(
    'always requires keys on %s',
    (EBB_HOST) => {
      expect(read({ EBB_HOST }).access.mode).toBe('keys');
      expect(() => read({ EBB_HOST, EBB_ACCESS: 'open' })).toThrow(
        /^EBB_ACCESS must be keys if EBB_HOST is not a loopback/,
      );
    },
  );

  it('is the loopback address, open and in plain HTTP, by default', () => {
    const { access, listening } = read({});
    expect(access.mode).toBe('open');
    expect(listening).toMatchObject({ host: '127.0.0.1', port: 7070 });
    expect(listening.tls).toBeUndefined();
    expect(listening.limits).toEqual({
      maxConnections: 10_000,
      headersTimeoutMs: 30_000,
      minBodyBytesPerSecond: 512,
      stallMs: 30_000,
    });
  });

  it('has the public URL that is set, without a slash at its end', () => {
    expect(read({}).listening.publicUrl).toBeUndefined();
    const { listening } = read({ EBB_PUBLIC_URL: 'https://ebb.example.com/models/' });
    expect(listening.publicUrl).toBe('https://ebb.example.com/models');
  });

  it('has a certificate with its key, or neither', () => {
    const tls = { EBB_TLS_CERT_FILE: '/a.crt', EBB_TLS_KEY_FILE: '/a.key' };
    expect(read(tls).listening.tls).toEqual({ certFile: '/a.crt', keyFile: '/a.key' });
    expect(() => read({ EBB_TLS_CERT_FILE: '/a.crt' })).toThrow(/^EBB_TLS_KEY_FILE must be set if EBB_TLS_CERT_FILE/);
    expect(() => read({ EBB_TLS_KEY_FILE: '/a.key' })).toThrow(/^EBB_TLS_CERT_FILE must be set if EBB_TLS_KEY_FILE/);
  });

  it.each([
    ['EBB_ACCESS', 'closed', 'one of open, keys'],
    ['EBB_HOST', 'a b', 'an address or a host name'],
    ['EBB_MAX_CONNECTIONS', '0', 'a number from 1 to 1000000'],
    ['EBB_HEADERS_TIMEOUT_SECONDS', '0', 'a number from 0.1 to 3600'],
    ['EBB_STALL_SECONDS', 'long', 'a number from 0.1 to 3600'],
    ['EBB_MIN_BODY_BYTES_PER_SECOND', '0', 'a number from 1'],
    ['EBB_PUBLIC_URL', 'ebb.example.com', 'an http or https URL'],
  ])('refuses the setting %s=%s', (name, value, rule) => {
    expect(() => read({ [name]: value })).toThrow(`${name} must be ${rule}`);
  });
});
