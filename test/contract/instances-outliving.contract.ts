import { describe, expect, it } from 'vitest';
import type { Instances } from '../../libs/core/ports/instances.js';
import { type InstancesAtHand, type InstancesScene, readText, request } from './instances-scene.js';

/** Instances that continue without the Ebb that launched them, if the driver's instances can. */
export function outlivingContract(at: InstancesAtHand): void {
  const { spec, launchHealthy } = at;

  describe('an instance that outlives the Ebb that launched it', () => {
    it('is listed with its launch parameters, and with whether it is paused', async ({ skip }) => {
      const before = Date.now();
      await launchHealthy('i-1');
      await launchHealthy('i-2');
      await at.instances.pause('i-2');
      const found = await (await afterCrash(at.scene, skip)).list();
      const launchedAt = expect.toSatisfy((time: number) => time >= before - 1_000 && time <= Date.now());
      const launchedAs = { endpointName: 'e', variantName: 'v', deploymentId: 'd', launchedAt };
      expect(found).toHaveLength(2);
      expect(found).toContainEqual({ instanceId: 'i-1', launchedAs, isPaused: false });
      expect(found).toContainEqual({ instanceId: 'i-2', launchedAs, isPaused: true });
    });

    it('behaves after adoption as if it had been launched here', async ({ skip }) => {
      await launchHealthy('i-1');
      const next = await afterCrash(at.scene, skip);
      const adopted = await next.adopt(spec('i-1'));
      expect(adopted).toMatchObject({ instanceId: 'i-1' });
      expect(await next.ping('i-1')).toBe('healthy');
      expect(await readText(await next.invoke('i-1', request('still there')))).toBe('still there');
      await next.terminate('i-1', 5_000);
      expect(await adopted!.exited).toMatchObject({ reason: expect.any(String) });
      expect(await next.list()).toEqual([]);
    });

    it('can be terminated without adoption', async ({ skip }) => {
      await launchHealthy('i-1');
      const next = await afterCrash(at.scene, skip);
      await next.terminate('i-1', 0);
      expect(await next.list()).toEqual([]);
    });

    it('cannot be adopted once it is gone', async ({ skip }) => {
      await launchHealthy('i-1');
      await at.instances.terminate('i-1', 0);
      expect(await (await afterCrash(at.scene, skip)).adopt(spec('i-1'))).toBeUndefined();
    });

    it('cannot be adopted while it is paused, only terminated', async ({ skip }) => {
      await launchHealthy('i-1');
      await at.instances.pause('i-1');
      const next = await afterCrash(at.scene, skip);
      expect(await next.adopt(spec('i-1'))).toBeUndefined();
      await next.terminate('i-1', 5_000);
      expect(await next.list()).toEqual([]);
    });
  });
}

function afterCrash({ afterCrash: crash }: InstancesScene, skip: () => never): Promise<Instances> {
  return crash === undefined ? skip() : crash();
}
