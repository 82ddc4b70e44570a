import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';
import { PATH, type Ran, clientEnvironment, expectSuccess, isInstalled, run } from './programs.js';

const ROOT = resolve(import.meta.dirname, '../..');
const hasCli = isInstalled('aws', '--version');
// A receiver is to run on the Node that runs this, as it does for somebody who has a current one.
const ENVIRONMENT = { ...process.env, PATH: `${dirname(process.execPath)}:${PATH}` };

/** The walks with the AWS CLI in the documentation, word for word, at the address that they name. */
describe.skipIf(!hasCli)('the walk', () => {
  let folder: string;
  let ebb: StandaloneProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-walk-'));
    await symlink(join(ROOT, 'infra'), join(folder, 'infra'));
    ebb = await startStandalone({ EBB_PORT: '7070' });
  });

  afterEach(async () => {
    await ebb?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function walk(document: string): Promise<Ran> {
    const [, script] = /<!-- walk:.*?-->\s+```bash\n(.*?)```/s.exec(await readFile(join(ROOT, document), 'utf8'))!;
    const ran = await run('bash', ['-euo', 'pipefail', '-c', script!], { cwd: folder, env: ENVIRONMENT });
    expectSuccess(ran, ebb);
    return ran;
  }

  /** What is left is the bucket that SageMaker's SDKs use by default. */
  async function expectNothingLeft(): Promise<void> {
    const list =
      'aws s3 ls; aws sns list-topics --output text; aws sagemaker list-models --query Models --output text; ' +
      'aws cloudwatch describe-alarms --query MetricAlarms --output text; ' +
      'aws application-autoscaling describe-scaling-policies --service-namespace sagemaker ' +
      '--query ScalingPolicies --output text';
    const left = await run('bash', ['-c', list], { env: clientEnvironment(ebb.url) });
    expect(left.output.trim()).toMatch(/^\S+ \S+ sagemaker-us-east-1-000000000000$/);
  }

  it(
    'in the README deploys, scales, invokes, is notified, reads the result and leaves nothing',
    { timeout: 120_000 },
    async () => {
      const { output } = await walk('README.md');
      expect(output).toContain('Keeper of the book');
      const notifications = (await readFile(join(folder, 'notifications.log'), 'utf8')).trim().split('\n');
      const events = notifications.map((line) => JSON.parse(line) as { eventName: string; invocationStatus?: string });
      expect(events).toContainEqual(expect.objectContaining({ eventName: 'TestNotification' }));
      expect(events).toContainEqual(expect.objectContaining({ invocationStatus: 'Completed' }));
      await expectNothingLeft();
    },
  );

  it("in the guide to scaling takes AWS's recipe from zero to many and back", { timeout: 240_000 }, async () => {
    const { output } = await walk('docs/scaling.md');
    expect(output).toContain('TargetTracking-endpoint/ocr/variant/main-AlarmHigh-');
    expect(output).toMatch(/monitor alarm TargetTracking-.*AlarmHigh.* in state ALARM triggered policy backlog/);
    expect(output).toMatch(/monitor alarm TargetTracking-.*AlarmLow.* in state ALARM triggered policy backlog/);
    expect(output).toContain('cron(30 8 ? * MON-FRI *)');
    expect(output).toMatch(/ebb_invocations_processed_total\{.*\} 10/);
    await expectNothingLeft();
  });

  it('in the guide to deploying makes an endpoint in one call, asks it, changes it and deletes it', async () => {
    const { output } = await walk('docs/deploying.md');
    expect(output).toContain('Keeper of the book');
    expect(output).toMatch(/^InService\tocr-[0-9a-f]{8}$/m);
    expect(output).toMatch(/^endpoint\/ocr\/variant\/main\t0\t3$/m);
    expect(output).toContain('"status":"Updating"');
    await expectNothingLeft();
  });

  it('in the guide to operating looks at everything and presses everything', async () => {
    const { output } = await walk('docs/operating.md');
    expect(output).toMatch(/"why":"Dispatch is paused by an operator since [^"]*"/);
    expect(output).toContain('"cause":"an operator asked for 2 instances at once"');
    expect(output).toContain('"state":"Draining"');
    expect(output).toContain('"minInstances":1,"maxInstances":4');
    expect(output).toContain('"metric":"InvocationsProcessed"');
    await expectNothingLeft();
  });

  it(
    'in the guide to updates goes to a better config, and back from one that cannot work',
    { timeout: 120_000 },
    async () => {
      const { output } = await walk('docs/updating.md');
      expect(output).toMatch(/^better\tThere is no image 'no-such-image'/m);
      await expectNothingLeft();
    },
  );
});

/** The two blocks of the page, word for word: what is done before Ebb starts, and what is done at its usual address. */
it.skipIf(!hasCli)(
  'the guide to access makes keys, uses, rotates and revokes them, and finds all of it on record',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ebb-access-walk-'));
    await writeFile(join(folder, 'ebb'), `#!/bin/sh\nexec node '${ROOT}/infra/ebb.mjs' "$@"\n`, { mode: 0o755 });
    const EBB_DATA_DIR = join(folder, 'data');
    const options = {
      cwd: folder,
      env: { ...process.env, EBB_DATA_DIR, PATH: `${folder}:${dirname(process.execPath)}:${PATH}` },
    };
    const page = await readFile(join(ROOT, 'docs/access.md'), 'utf8');
    const [before, after] = [...page.matchAll(/<!-- walk:.*?-->\s+```bash\n(.*?)```/gs)].map((match) => match[1]!);
    const first = await run('bash', ['-euo', 'pipefail', '-c', before!], options);
    expect([first.code, first.output]).toEqual([0, '']);

    const ebb = await startStandalone({ EBB_PORT: '7070', EBB_ACCESS: 'keys', EBB_DATA_DIR });
    try {
      const ran = await run('bash', ['-euo', 'pipefail', '-c', after!], options);
      expectSuccess(ran, ebb);
      expect(ran.output).toContain('"name":"admin","role":"operate"');
      expect(ran.output).toMatch(/RateLimit-Limit: 600/i);
      expect(ran.output).toMatch(/"code":"AccessDenied".*}403\n/);
      expect(ran.output).toMatch(/"code":"Unauthenticated".*}401$/m);
      const { items } = JSON.parse(/^\{"items":.*"callerName".*$/m.exec(ran.output)![0]) as {
        items: { action: string; callerName: string; status: number }[];
      };
      expect(items.map(({ action, callerName, status }) => [callerName, action, status])).toEqual([
        ['admin', 'revokeKey', 200],
        ['admin', 'rotateKey', 200],
        ['admin', 'sagemaker:CreateModel', 200],
        ['admin', 'createKey', 201],
      ]);
    } finally {
      await ebb.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
