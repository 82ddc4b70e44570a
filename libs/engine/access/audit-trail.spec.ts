import { expect, it } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { EbbError } from '../../core/errors.js';
import { AuditTrail, type BegunAction } from './audit-trail.js';

const ACTION: BegunAction = {
  keyId: 'EBBKME',
  callerName: 'me',
  role: 'operate',
  action: 'pauseEndpoint',
  method: 'POST',
  path: '/v1/endpoints/reader/:pause',
  requestId: 'r',
};

it('records an action before it is done, and its answer afterwards', async () => {
  const { catalog, clock, world } = memoryWorld();
  const answered = await new AuditTrail(world).begin(ACTION);
  const [entry] = await catalog.audit.list({ limit: 10 });
  expect(entry).toEqual({ ...ACTION, id: expect.any(String), at: clock.now() });
  await answered(200);
  expect(await catalog.audit.list({ limit: 10 })).toEqual([{ ...entry, status: 200 }]);
});

it('lets operators act when the disk is full, and logs the actions that could not be recorded', async () => {
  const { catalog, world } = memoryWorld();
  const errors: unknown[] = [];
  world.log.error = (event, fields) => errors.push([event, fields]);
  catalog.audit.append = () => Promise.reject(new EbbError('StorageFull', 'full'));
  catalog.audit.answered = () => Promise.reject(new EbbError('StorageFull', 'full'));
  await (
    await new AuditTrail(world).begin(ACTION)
  )(200);
  const told = ['An operating action could not be recorded', expect.objectContaining(ACTION)];
  expect(errors).toEqual([told, told]);
});
