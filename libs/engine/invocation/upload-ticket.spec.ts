import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectLocation } from '../../core/object-location.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { Presigning } from '../../core/ports/objects.js';
import { bytes, textOf } from '../../../test/support/bodies.js';
import { deployEndpoint, memoryWorld, type MemoryWorld } from '../../../test/support/memory-world.js';
import { TICKET_SECONDS, issueUploadTicket, takeUpload } from './upload-ticket.js';

let scene: MemoryWorld;

beforeEach(async () => {
  scene = memoryWorld();
  await deployEndpoint(scene);
});

async function tokenFor(contentType?: string): Promise<{ token: string; location: ObjectLocation }> {
  const { inputLocation, way } = await issueUploadTicket(scene.world, { endpointName: 'reader', contentType });
  if (!('token' in way)) throw new Error('Memory has no address of its own.');
  return { token: way.token, location: parseObjectLocation(inputLocation) };
}

describe('a ticket for an upload', () => {
  it('allows an upload to the place that it names, and to no other', async () => {
    const [one, other] = [await tokenFor('text/plain'), await tokenFor()];
    expect(one.location).not.toEqual(other.location);
    await takeUpload(scene.world, { token: one.token, input: { body: bytes('input') }, contentType: 'text/plain' });
    expect(await textOf((await scene.objects.get(one.location)).body)).toBe('input');
    await expect(scene.objects.head(other.location)).rejects.toMatchObject({ code: 'ObjectNotFound' });
  });

  it('allows nothing when its time is over', async () => {
    const { location, token } = await tokenFor();
    await scene.clock.advance(TICKET_SECONDS * 1000);
    const late = takeUpload(scene.world, { token, input: { body: bytes('input') } });
    await expect(late).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(scene.objects.head(location)).rejects.toMatchObject({ code: 'ObjectNotFound' });
  });

  it('cannot be replaced by a secret of another purpose', async () => {
    const token = scene.secrets.seal(JSON.stringify({ location: 's3://results/x', expiresAt: Infinity }), 'another');
    const upload = takeUpload(scene.world, { token, input: { body: bytes('input') } });
    await expect(upload).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('names the storage if the storage has an address of its own', async () => {
    let asked: Presigning | undefined;
    const objects = Object.assign(Object.create(scene.objects) as typeof scene.objects, {
      presign: async (location: ObjectLocation, presigning: Presigning) => {
        asked = presigning;
        return `https://storage/${location.bucket}/${location.key}`;
      },
    });
    const ticket = await issueUploadTicket({ ...scene.world, objects }, { endpointName: 'reader', contentType: 'a/b' });
    expect(asked).toEqual({ method: 'PUT', validSeconds: TICKET_SECONDS, contentType: 'a/b' });
    expect(ticket.way).toEqual({ address: ticket.inputLocation.replace('s3://', 'https://storage/') });
  });

  it('is not issued for an endpoint that does not exist', async () => {
    const refused = issueUploadTicket(scene.world, { endpointName: 'nobody' });
    await expect(refused).rejects.toMatchObject({ code: 'EndpointNotFound' });
  });
});
