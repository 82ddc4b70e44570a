import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAN_MAKE_CERTIFICATES, makeCertificate } from '../support/certificates.js';
import { type RunningCommand, startEbb } from '../support/command-line.js';

describe.concurrent('a process that ebb starts', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-up-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const dataOf = (name: string): string => join(folder, name);

  async function up(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningCommand> {
    const running = startEbb(['up', '--port', '0', '--data', dataOf(name), '--log-level', 'info'], { env });
    await running.says(/Ctrl-C stops it/);
    return running;
  }

  /** A closed ledger has nothing left to be written into it. */
  const wasClosed = (name: string): boolean => !readdirSync(dataOf(name)).some((file) => file.endsWith('-wal'));

  it('stops in order when the terminal is closed', async () => {
    const running = await up('closed');
    running.child.stdout!.destroy();
    running.child.stderr!.destroy();
    expect(wasClosed('closed')).toBe(false);
    running.child.kill('SIGHUP');
    expect((await running.ended).code).toBe(0);
    expect(wasClosed('closed')).toBe(true);
  });

  it.skipIf(!CAN_MAKE_CERTIFICATES)('reads its certificate again on SIGHUP', async () => {
    const { certFile, keyFile } = makeCertificate(folder, 'one.test');
    const running = await up('tls', { EBB_TLS_CERT_FILE: certFile, EBB_TLS_KEY_FILE: keyFile });
    running.child.kill('SIGHUP');
    await running.says(/The certificate was read again/);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  it('does not outlive ebb simulate', async () => {
    const trace = join(folder, 'trace.json');
    execFileSync('mkfifo', [trace]);
    const running = startEbb(['simulate', '--trace', trace]);
    // The simulator runs once it has opened its trace, and then waits for data that nobody writes.
    const writer = await open(trace, 'w');
    running.child.kill('SIGTERM');
    // Both streams belong to the simulator too, so they end when it ends.
    expect((await running.ended).code).toBe(130);
    await writer.close();
  });
});
