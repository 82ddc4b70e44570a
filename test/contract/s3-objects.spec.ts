import { describe } from 'vitest';
import { S3Objects } from '../../libs/drivers/objects/s3.js';
import { type S3Server, connectS3Server, startFauxqs, startS3rver } from '../support/s3-server.js';
import { type ObjectsUnderTest, objectsContract } from './objects.contract.js';
import { OBJECTS_CAPABILITIES, type ObjectsCapability } from './objects-world.js';

objectsContract('objects in S3, served by s3rver', () => objectsOn(startS3rver()), [
  'abort upload',
  'list parts',
  'list uploads',
  'if absent',
  'steady reads',
  'all ranges',
  'ordered listings',
  'paged listings',
  'odd keys',
  'control characters in keys',
  'checked uploads',
  'multipart etags',
]);

objectsContract('objects in S3, served by fauxqs', () => objectsOn(startFauxqs()), [
  'list parts',
  'list uploads',
  'if absent',
  'all ranges',
  'ordered listings',
]);

/**
 * Runs the contract on any other server: its address is here, its credentials are where the AWS SDK looks for them.
 * `EBB_TEST_S3_LACKS` names the abilities that it lacks, separated by commas. moto's server lacks "checked
 * uploads,control characters in keys".
 */
const endpoint = process.env['EBB_TEST_S3_ENDPOINT'];
const lacks = process.env['EBB_TEST_S3_LACKS']?.split(',') ?? [];

describe.skipIf(!endpoint)('EBB_TEST_S3_ENDPOINT', () => {
  objectsContract(
    'objects in S3, served at this address',
    () => objectsOn(connectS3Server(endpoint!)),
    lacks.map(requireCapability),
  );
});

async function objectsOn(server: S3Server | Promise<S3Server>): Promise<ObjectsUnderTest> {
  const { client, close } = await server;
  return { objects: new S3Objects(client), close };
}

function requireCapability(name: string): ObjectsCapability {
  const capability = OBJECTS_CAPABILITIES.find((known) => known === name);
  if (capability) return capability;
  throw new Error(`EBB_TEST_S3_LACKS names '${name}', which is none of: ${OBJECTS_CAPABILITIES.join(', ')}.`);
}
