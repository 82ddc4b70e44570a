import { describe, expect, it } from 'vitest';
import type { Presigning } from '../../libs/core/ports/objects.js';
import { bytes } from '../support/bodies.js';
import { ebbError, type ObjectsWorld } from './objects-world.js';

const FOR_A_MINUTE = { validSeconds: 60 } as const;

/** If the storage has presigned addresses, they allow only their purpose; if it has none, the driver returns none. */
export function presigningContract(world: ObjectsWorld): void {
  describe('a presigned address', () => {
    it('for a put accepts an object of the agreed type from any holder', async (context) => {
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

    it('for a get returns the object', async (context) => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('content'));
      const address = await world.objects.presign(location, { method: 'GET', ...FOR_A_MINUTE });
      if (address === undefined) return context.skip();
      const answer = await fetch(address);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('content');
    });

    it('is refused for an invalid object location', async () => {
      const nothing = world.objects.presign({ bucket: 'No Bucket', key: 'key' }, { method: 'GET', ...FOR_A_MINUTE });
      await expect(nothing).rejects.toMatchObject(ebbError('InvalidRequest'));
    });
  });
}
