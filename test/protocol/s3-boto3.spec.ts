import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';

const HAS_BOTO3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;

describe('boto3', () => {
  it.runIf(HAS_BOTO3)('uses S3 at Ebb’s address, with either signature', async () => {
    await using host = await S3Host.start();
    const walk = join(import.meta.dirname, 's3-boto3.py');
    // Proxies and profiles of the machine's user must not lead the client elsewhere.
    const env = { PATH: process.env['PATH'], AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    await expect(promisify(execFile)('python3', [walk, host.url], { env })).resolves.toMatchObject({ stderr: '' });
  });
});
