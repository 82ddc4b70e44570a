import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { StandaloneProcess, startStandalone } from '../support/standalone.js';

const DISK = mkdtempSync(join(tmpdir(), 'ebb-full-disk-'));
const DISK_SIZE = '48m';
const FILLER = join(DISK, 'filler');
const EBB_DATA_DIR = join(DISK, 'data');

/** A separate disk is possible only if the test may mount one. */
const hasDisk =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_SIZE}`, 'ebb', DISK]).status === 0;

describe.skipIf(!hasDisk)('on a full disk', () => {
  let ebb: StandaloneProcess;
  let aws: AwsClients;

  beforeAll(async () => {
    mkdirSync(EBB_DATA_DIR);
    await start();
    await deployEndpoint(aws, { name: 'thrifty' });
    // Nothing runs until there is room again: the test is about accepting.
    await bound(0);
    await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'in/word', Body: 'word' }));
  });

  afterAll(async () => {
    aws?.[Symbol.dispose]();
    await ebb?.stop();
  });

  it('Ebb accepts only invocations that it can keep, also after a restart, and recovers when there is room', async () => {
    const accepted = await invokeMany();
    expect(accepted.every(({ status }) => status === 202)).toBe(true);
    fillDisk();
    const onFullDisk = await invokeMany();
    expect(onFullDisk.filter(({ status }) => status !== 202 && status !== 503)).toEqual([]);
    expect(onFullDisk).toContainEqual({ status: 503, name: 'ServiceUnavailable' });

    await ebb.kill();
    await start();
    const afterRestart = await invokeMany();
    expect(afterRestart.filter(({ status }) => status !== 202 && status !== 503)).toEqual([]);

    rmSync(FILLER);
    const withRoom = await invokeMany();
    expect(withRoom.filter(({ status }) => status !== 202)).toEqual([]);
    await bound(2);
    for (const { outputLocation } of [...accepted, ...onFullDisk, ...afterRestart, ...withRoom]) {
      if (outputLocation) await eventually('a 202 becomes an output', () => aws.objectAt(outputLocation));
    }
  });

  async function start(): Promise<void> {
    ebb = await startStandalone({ EBB_DATA_DIR });
    aws?.[Symbol.dispose]();
    aws = new AwsClients(ebb.url);
  }

  async function bound(MaxCapacity: number): Promise<void> {
    await aws.scaling.send(
      new RegisterScalableTargetCommand({
        ServiceNamespace: 'sagemaker',
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        ResourceId: 'endpoint/thrifty/variant/main',
        MinCapacity: 0,
        MaxCapacity,
      }),
    );
  }

  /** Submits small and large inputs, inline and by location. Returns the answer to each. */
  async function invokeMany(): Promise<Answer[]> {
    const inputs = [{ Body: 'x' }, { Body: 'x'.repeat(100_000) }, { InputLocation: `s3://${BUCKET}/in/word` }];
    const requests = Array.from({ length: 8 }, () => inputs).flat();
    return Promise.all(requests.map(invoke));
  }

  async function invoke(input: { Body?: string; InputLocation?: string }): Promise<Answer> {
    const CustomAttributes = 'x'.repeat(1_000);
    try {
      const command = new InvokeEndpointAsyncCommand({ EndpointName: 'thrifty', CustomAttributes, ...input });
      return { status: 202, outputLocation: (await aws.runtime.send(command)).OutputLocation! };
    } catch (error) {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      return { status: $metadata?.httpStatusCode, name };
    }
  }
});

afterAll(() => {
  if (hasDisk) spawnSync('umount', ['-l', DISK]);
  rmSync(DISK, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly name?: string;
  readonly outputLocation?: string;
}

/** Fills the disk to its last block. */
function fillDisk(): void {
  const { bavail, bsize } = statfsSync(DISK);
  writeFileSync(FILLER, Buffer.alloc(bavail * bsize));
}
