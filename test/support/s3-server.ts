import { S3Client } from '@aws-sdk/client-s3';
import { startFauxqs as startFauxqsServer } from 'fauxqs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** An S3 server that somebody else wrote, and a client for it. */
export interface S3Server {
  readonly client: S3Client;
  close(): Promise<void>;
}

/** Starts `s3rver` inside this process: it takes objects of any size, and leaves out much of the rest of S3. */
export async function startS3rver(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'ebb-s3rver-'));
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory });
  const { port } = await server.run();
  const client = s3Client(`http://127.0.0.1:${port}`, S3RVER_CREDENTIALS);
  return {
    client,
    async close() {
      client.destroy();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts `fauxqs` inside this process: closer to S3, with everything in memory and no more than 11 MiB a request. */
export async function startFauxqs(): Promise<S3Server> {
  const server = await startFauxqsServer({ port: 0, logger: false });
  const client = s3Client(`http://127.0.0.1:${server.port}`, ANY_CREDENTIALS);
  return {
    client,
    async close() {
      client.destroy();
      await server.stop();
    },
  };
}

/** A server that runs already, with the credentials that the AWS SDK finds in its usual places. */
export function connectS3Server(endpoint: string): S3Server {
  const client = s3Client(endpoint);
  return { client, close: async () => client.destroy() };
}

/** The only key pair that s3rver knows. */
const S3RVER_CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const ANY_CREDENTIALS = { accessKeyId: 'any', secretAccessKey: 'any' };

function s3Client(
  endpoint: string,
  credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string },
): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    // s3rver stores the framing of the SDK's default streamed checksums as content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(credentials && { credentials }),
  });
}
