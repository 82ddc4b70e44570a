import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { CAN_MAKE_CERTIFICATES, makeCertificate } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { startStandalone } from '../support/standalone.js';

it.skipIf(!CAN_MAKE_CERTIFICATES)(
  'Ebb uses a renewed certificate after SIGHUP, and ignores a broken one (needs openssl)',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ebb-sighup-'));
    const [one, two] = [makeCertificate(directory, 'one.test'), makeCertificate(directory, 'two.test')];
    const shown = { certFile: join(directory, 'shown.crt'), keyFile: join(directory, 'shown.key') };
    const show = (certificate: typeof one): void => {
      copyFileSync(certificate.certFile, shown.certFile);
      copyFileSync(certificate.keyFile, shown.keyFile);
    };
    show(one);
    await using ebb = await startStandalone({ EBB_TLS_CERT_FILE: shown.certFile, EBB_TLS_KEY_FILE: shown.keyFile });
    expect(ebb.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const nameShown = async (): Promise<string | string[] | undefined> => {
      const socket = connect({ port: Number(new URL(ebb.url).port), host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return subject.CN;
    };
    expect(await nameShown()).toBe('one.test');

    show(two);
    process.kill(ebb.pid, 'SIGHUP');
    await eventually('the renewed certificate is shown', async () => (await nameShown()) === 'two.test');

    writeFileSync(shown.certFile, 'broken');
    process.kill(ebb.pid, 'SIGHUP');
    await eventually('that is told', () => ebb.log.some((line) => line.includes('Ebb keeps the previous one')));
    expect(await nameShown()).toBe('two.test');
    rmSync(directory, { recursive: true });
  },
);
