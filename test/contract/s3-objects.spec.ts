import { describe } from 'vitest';
import { S3Objects } from '../../libs/drivers/objects/s3.js';
import { s3Client, startS3Server } from '../support/s3-server.js';
import { OBJECTS_CAPABILITIES, type ObjectsCapability, objectsContract } from './objects.contract.js';

objectsContract(
  'objects in S3, served by s3rver',
  async () => {
    const { client, close } = await startS3Server();
    return { objects: new S3Objects(client), close };
  },
  [
    'abort upload',
    'list parts',
    'list uploads',
    'if absent',
    'steady reads',
    'all ranges',
    'exact listings',
    'odd keys',
    'control characters in keys',
    'checked uploads',
    'multipart etags',
  ],
);

/**
 * Any other server: its address here, its credentials where the AWS SDK looks for them, and what it lacks in
 * `EBB_TEST_S3_LACKS`, separated by commas. moto's server lacks "checked uploads,control characters in keys".
 */
const endpoint = process.env['EBB_TEST_S3_ENDPOINT'];
const lacks = process.env['EBB_TEST_S3_LACKS']?.split(',') ?? [];

describe.skipIf(!endpoint)('EBB_TEST_S3_ENDPOINT', () => {
  objectsContract(
    'objects in S3, served at this address',
    async () => {
      const client = s3Client(endpoint!);
      return { objects: new S3Objects(client), close: async () => client.destroy() };
    },
    lacks.map(requireCapability),
  );
});

function requireCapability(name: string): ObjectsCapability {
  const capability = OBJECTS_CAPABILITIES.find((known) => known === name);
  if (capability) return capability;
  throw new Error(`EBB_TEST_S3_LACKS names '${name}', which is none of: ${OBJECTS_CAPABILITIES.join(', ')}.`);
}
