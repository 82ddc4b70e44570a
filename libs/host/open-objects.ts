import { join } from 'node:path';
import type { Objects } from '../core/ports/objects.js';
import type { Closers } from './closers.js';
import type { Config } from './config.js';

/** Opens the driver that stores objects. */
export async function openObjects(config: Config, closers: Closers): Promise<Objects> {
  switch (config.drivers.objects) {
    case 'filesystem': {
      const { FilesystemObjects } = await import('../drivers/objects/filesystem.js');
      return FilesystemObjects.open(join(config.dataDirectory, 'objects'));
    }
    case 's3': {
      const [{ S3Client }, { S3Objects }] = await Promise.all([
        import('@aws-sdk/client-s3'),
        import('../drivers/objects/s3.js'),
      ]);
      const endpoint = config.awsEndpoints.s3;
      const client = new S3Client({
        region: config.place.region,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        // Compatible servers with an address of their own seldom have a host name for each bucket.
        ...(endpoint && { endpoint, forcePathStyle: true }),
      });
      closers.add(() => client.destroy());
      return new S3Objects(client);
    }
  }
}
