import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { SAGEMAKER_SDK_PYTHON, clientEnvironment, expectSuccess, isInstalled, run } from './programs.js';

const hasSdk = isInstalled(SAGEMAKER_SDK_PYTHON, '-c', 'import importlib.metadata as m; m.version("sagemaker")');

describe.skipIf(!hasSdk)('the SageMaker Python SDK with nothing but AWS_ENDPOINT_URL, a role and a bucket', () => {
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    ebb = await startStandalone({ EBB_KEEP_WARM_SECONDS: '1' });
  });
  afterAll(() => ebb?.stop());

  it.each([
    ['deploys, invokes, updates and deletes an asynchronous endpoint', 'sagemaker-sdk-walk.py'],
    ['does so with the resource objects that its version 3 is made of', 'sagemaker-core-walk.py'],
  ])('%s', { timeout: 240_000 }, async (_sentence, program) => {
    const file = join(import.meta.dirname, program);
    const env = { ...clientEnvironment(ebb.url), SAGEMAKER_SUPPRESS_V2_WARNING: '1' };
    const ran = await run(SAGEMAKER_SDK_PYTHON, ['-B', file], { env });
    expectSuccess(ran, ebb);
    expect(ran.output.trim().split('\n').at(-1)).toBe('walked');
  });
});
