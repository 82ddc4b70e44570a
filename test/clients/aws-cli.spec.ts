import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { clientEnvironment, expectSuccess, isInstalled, run } from './programs.js';

const hasCli = isInstalled('aws', '--version');

describe.skipIf(!hasCli)('the AWS CLI with nothing but AWS_ENDPOINT_URL, a region and any credentials', () => {
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    ebb = await startStandalone();
  });
  afterAll(() => ebb?.stop());

  it('makes, changes, waits for, lists, tags and deletes all of the control plane', { timeout: 240_000 }, async () => {
    const program = join(import.meta.dirname, 'aws-cli-control.sh');
    const ran = await run('bash', [program], { env: clientEnvironment(ebb.url) });
    expectSuccess(ran, ebb);
    expect(ran.output.trim()).toBe('walked');
  });
});
