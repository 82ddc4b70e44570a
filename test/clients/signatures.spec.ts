import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';
import { clientEnvironment, expectSuccess, isInstalled, run } from './programs.js';

const hasBoto3 = isInstalled('python3', '-c', 'import boto3');
const hasCli = isInstalled('aws', '--version');

describe('where nobody gets in without a key', () => {
  let ebb: KeyedEbb<'operate'>;

  beforeEach(async () => {
    ebb = await startWithKeys({ operate: { role: 'operate' } }, { EBB_KEEP_WARM_SECONDS: '1' });
  });
  afterEach(() => ebb?.[Symbol.asyncDispose]());

  function environment(): NodeJS.ProcessEnv {
    const { key, credential } = ebb.keys.operate;
    return {
      ...clientEnvironment(ebb.url),
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: credential.secretAccessKey,
    };
  }

  it.skipIf(!hasBoto3).each([
    ['lets boto3 in as it signs, and refuses all other signatures', 'boto3-signatures.py'],
    ['walks the asynchronous path with boto3', 'boto3-walk.py'],
  ])('%s', async (_, program) => {
    const ran = await run('python3', ['-B', join(import.meta.dirname, program)], { env: environment() });
    expectSuccess(ran, ebb);
    expect(ran.output.trim().split('\n').at(-1)).toBe('walked');
  });

  it.skipIf(!hasCli)('lets the AWS CLI in as it signs, and refuses all other signatures', async () => {
    const ran = await run('bash', [join(import.meta.dirname, 'aws-cli-signatures.sh')], { env: environment() });
    expectSuccess(ran, ebb);
    expect(ran.output.trim()).toBe('walked');
  });
});
