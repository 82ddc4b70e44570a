import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { clientEnvironment, isInstalled, run } from './programs.js';

/** In an environment of its own, as it brings some sixty packages along in versions of its choice. */
const PYTHON = resolve(import.meta.dirname, '../../node_modules/.cache/sagemaker-sdk/bin/python');
const hasSdk = isInstalled(PYTHON, '-c', 'import importlib.metadata as m; m.version("sagemaker")');

describe.skipIf(!hasSdk)('the SageMaker Python SDK with nothing but AWS_ENDPOINT_URL, a role and a bucket', () => {
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    ebb = await startStandalone({ EBB_KEEP_WARM_SECONDS: '1' });
  });
  afterAll(() => ebb?.stop());

  it('deploys, invokes, updates and deletes an asynchronous endpoint', { timeout: 240_000 }, async () => {
    const env = { ...clientEnvironment(ebb.url), SAGEMAKER_SUPPRESS_V2_WARNING: '1' };
    const program = join(import.meta.dirname, 'sagemaker-sdk-walk.py');
    const { code, output, errors } = await run(PYTHON, ['-B', program], { env });
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output.trim().split('\n').at(-1)).toBe('walked');
  });
});
