import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { clientEnvironment, expectSuccess, isInstalled, run } from './programs.js';

/** An older one knows fewer members of requests than the walks have. */
const hasBoto3 = isInstalled(
  'python3',
  '-c',
  'import boto3; assert tuple(map(int, boto3.__version__.split("."))) >= (1, 44)',
);

describe.skipIf(!hasBoto3)('boto3 with nothing but AWS_ENDPOINT_URL, a region and any credentials', () => {
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    ebb = await startStandalone({ EBB_KEEP_WARM_SECONDS: '1' });
  });
  afterAll(() => ebb?.stop());

  it.each([
    ['walks the asynchronous path from an empty Ebb to an empty Ebb', 'boto3-walk.py'],
    ['makes, describes, lists, tags and deletes models and endpoint configs', 'boto3-control.py'],
    ['brings endpoints up, changes them in every way, sees bad changes rolled back', 'boto3-updates.py'],
    ['sends every member of every request of the control plane, right and wrong', 'boto3-members.py'],
    ['puts, describes and deletes policies, alarms, metrics and scheduled actions', 'boto3-scaling.py'],
  ])('%s', { timeout: 120_000 }, async (_sentence, program) => {
    const env = clientEnvironment(ebb.url);
    const ran = await run('python3', ['-B', join(import.meta.dirname, program)], { env });
    expectSuccess(ran, ebb);
    expect(ran.output.trim().split('\n').at(-1)).toBe('walked');
  });
});
