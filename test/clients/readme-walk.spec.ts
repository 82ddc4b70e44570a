import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { isInstalled, run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');
const hasCli = isInstalled('aws', '--version');

/** The README's walk with the AWS CLI, word for word, at the address that it names. */
describe.skipIf(!hasCli)('the walk in the README', () => {
  let folder: string;
  let ebb: StandaloneProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-walk-'));
    await symlink(join(ROOT, 'infra'), join(folder, 'infra'));
    ebb = await startStandalone({ EBB_PORT: '7070' });
  });

  afterAll(async () => {
    await ebb?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('deploys, scales, invokes, is notified, reads the result and leaves nothing', { timeout: 120_000 }, async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const [, walk] = /<!-- walk:.*?-->\s+```bash\n(.*?)```/s.exec(readme)!;
    // The receiver is to run on the Node that runs this, as it does for somebody who has a current one.
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
    const { code, output, errors } = await run('bash', ['-euo', 'pipefail', '-c', walk!], { cwd: folder, env });
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output).toContain('Keeper of the book');
    const notifications = (await readFile(join(folder, 'notifications.log'), 'utf8')).trim().split('\n');
    const events = notifications.map((line) => JSON.parse(line) as { eventName: string; invocationStatus?: string });
    expect(events).toContainEqual(expect.objectContaining({ eventName: 'TestNotification' }));
    expect(events).toContainEqual(expect.objectContaining({ invocationStatus: 'Completed' }));
    const left = await run(
      'bash',
      ['-c', 'aws s3 ls; aws sns list-topics --output text; aws sagemaker list-models --query Models --output text'],
      {
        env: {
          ...env,
          AWS_ENDPOINT_URL: ebb.url,
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'any',
          AWS_SECRET_ACCESS_KEY: 'any',
        },
      },
    );
    // What is left is the bucket that SageMaker's SDKs use by default.
    expect(left.output.trim()).toMatch(/^\S+ \S+ sagemaker-us-east-1-000000000000$/);
  });
});
