import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveEntry, tarEntry, tarOf } from '../support/archives.js';
import { createEndpoint, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { AwsClients } from '../support/aws-clients.js';
import { eventually } from '../support/eventually.js';
import { type StandaloneProcess, startStandalone } from '../support/standalone.js';

const Bucket = 'models';

describe('model data', () => {
  let ebb: StandaloneProcess;
  let aws: AwsClients;

  beforeAll(async () => {
    ebb = await startStandalone();
    aws = new AwsClients(ebb.url);
    await aws.s3.send(new CreateBucketCommand({ Bucket }));
  });

  afterAll(async () => {
    aws?.[Symbol.dispose]();
    await ebb?.[Symbol.asyncDispose]();
  });

  const put = (Key: string, Body: string | Buffer) => aws.s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  it('in a prefix, a manifest or an archive is available to the container', async () => {
    await put('ocr/config.json', '{}');
    await put('ocr/weights/1', 'x');
    await put('ocr/weights/2', 'not asked for');
    await put('manifest.json', JSON.stringify([{ prefix: 's3://models/ocr/' }, 'config.json', 'weights/1']));
    await put('lora.tar.gz', gzipSync(tarOf({ path: 'adapter.bin', content: 'x' })));
    const prefix = { S3Uri: 's3://models/ocr/', S3DataType: 'S3Prefix', CompressionType: 'None' } as const;
    const archive = { S3Uri: 's3://models/lora.tar.gz', S3DataType: 'S3Object', CompressionType: 'Gzip' } as const;
    const model = {
      ModelDataSource: { S3DataSource: { ...prefix, ManifestS3Uri: 's3://models/manifest.json' } },
      AdditionalModelDataSources: [{ ChannelName: 'lora', S3DataSource: archive }],
    };
    await deployEndpoint(aws, { name: 'whole', model });
    const { env, modelFiles } = await describeContainer('whole');
    expect(modelFiles).toEqual(['config.json', 'weights', 'weights/1']);
    expect(await readdir(join(env['SM_ADDITIONAL_MODEL_DATA_DIR']!, 'lora'))).toEqual(['adapter.bin']);
  });

  it.each<[string, Buffer, RegExp]>([
    ['outside', hostile({ path: '../../outside', content: 'x' }), /path '..\/..\/outside' leads outside/],
    ['link', hostile({ path: 'x', type: 'SymbolicLink', linkpath: '/etc/passwd' }), /'x' is neither a file nor a dir/],
    ['bomb', gzipSync(Buffer.concat([tarEntry({ path: 'x', size: 1e9 }), Buffer.alloc(1e6)])), /unpacks to more than/],
    ['zip', Buffer.from('PK\x03\x04 and so on'), /not in gzip format but a zip archive/],
    ['half', hostile({ path: 'x', content: 'x' }).subarray(0, 50), /it ends too early/],
  ])(
    'that is unsafe or broken (%s) fails the endpoint with the reason, and leaves no files',
    async (name, archive, why) => {
      const kept = join(ebb.dataDirectory, 'models/kept');
      const before = await readdir(kept);
      await put(`${name}.tar.gz`, archive);
      await createEndpoint(aws, { name, minimum: 1, model: { ModelDataUrl: `s3://models/${name}.tar.gz` } });
      const reason = await eventually('the endpoint has failed', async () => {
        const endpoint = await aws.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
        return endpoint.EndpointStatus === 'Failed' && endpoint.FailureReason;
      });
      expect(reason).toMatch(why);
      expect(reason).toContain(`s3://models/${name}.tar.gz`);
      expect(await readdir(kept)).toEqual(before);
      expect(await readdir(join(ebb.dataDirectory, 'models/passing'))).toEqual([]);
      expect(existsSync(join(ebb.dataDirectory, 'models/outside'))).toBe(false);
    },
  );

  async function describeContainer(EndpointName: string): Promise<ContainerDescription> {
    const command = new InvokeEndpointAsyncCommand({ EndpointName, Body: '{}', CustomAttributes: 'describe' });
    const { OutputLocation } = await aws.runtime.send(command);
    const output = await eventually('the container has answered', () => aws.objectAt(OutputLocation!));
    return JSON.parse(output.text) as ContainerDescription;
  }
});

interface ContainerDescription {
  readonly env: Record<string, string>;
  readonly modelFiles: string[];
}

/** Builds an archive with one forbidden entry after an allowed one. */
function hostile(entry: ArchiveEntry): Buffer {
  return gzipSync(tarOf({ path: 'honest', content: 'x' }, entry));
}
