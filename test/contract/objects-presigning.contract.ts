import { describe, expect, it } from 'vitest';
import type { Presigning } from '../../libs/core/ports/objects.js';
import { bytes } from '../support/bodies.js';
import { ebbError, type ObjectsWorld } from './objects-world.js';

const FOR_A_MINUTE = { validSeconds: 60 } as const;

/** Where storage has addresses, they do what they were made for; where it has none, it says so. */
export function presigningContract(world: ObjectsWorld): void {
  describe('a presigned address', () => {
    it('of a put takes an object of the type that was agreed on, from whoever has it', async (context) => {
      const location = await world.newLocation('in/an object+.json');
      const put: Presigning = { method: 'PUT', ...FOR_A_MINUTE, contentType: 'application/json' };
      const address = await world.objects.presign(location, put);
      if (address === undefined) return context.skip();
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(address, { method: 'PUT', body: '{"a": 1}', headers });
      expect(answer.status).toBe(200);
      expect(await world.read(location)).toBe('{"a": 1}');
      expect((await world.objects.head(location)).contentType).toBe('application/json');
    });

    it('of a get gives the object', async (context) => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('content'));
      const address = await world.objects.presign(location, { method: 'GET', ...FOR_A_MINUTE });
      if (address === undefined) return context.skip();
      const answer = await fetch(address);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('content');
    });

    it('is for nothing that could not be an object', async () => {
      const nothing = world.objects.presign({ bucket: 'No Bucket', key: 'key' }, { method: 'GET', ...FOR_A_MINUTE });
      await expect(nothing).rejects.toMatchObject(ebbError('InvalidRequest'));
    });
  });
}
