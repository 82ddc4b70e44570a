import type { StartPhase } from '../../libs/core/instance/start-phase.js';
import { describe, expect, it } from 'vitest';
import { idsOf, type InstancesAtHand, untilHealthy, untilReady } from './instances-scene.js';

/** Launching, and the pings that an instance answers from then on. */
export function launchingContract(at: InstancesAtHand): void {
  const { spec, launch } = at;

  describe('launching', () => {
    it('reports its phases in order and yields an instance that becomes healthy', async () => {
      const phases: StartPhase[] = [];
      const { instanceId } = await at.instances.launch(spec('i-1'), (phase) => phases.push(phase));
      expect(instanceId).toBe('i-1');
      expect(phases).toEqual(['boot']);
      await untilHealthy(at.instances, 'i-1');
      expect(phases).toEqual(['boot', 'ping']);
      expect(idsOf(await at.instances.list())).toEqual(['i-1']);
    });

    it('downloads the model first if there is one', async () => {
      const phases: StartPhase[] = [];
      const { modelDataUrl } = at.scene;
      await at.instances.launch(spec('i-1', { modelDataUrl }), (phase) => phases.push(phase));
      await untilHealthy(at.instances, 'i-1');
      expect(phases).toEqual(['download', 'unpack', 'boot', 'ping']);
    });

    it('waits until the container takes connections before it pings', async () => {
      const phases: StartPhase[] = [];
      const slowBoot = spec('i-1', { environment: { ECHO_BOOT_MS: '100000' } });
      await at.instances.launch(slowBoot, (phase) => phases.push(phase));
      expect(await at.instances.ping('i-1')).toBe('unreachable');
      expect(phases).toEqual(['boot']);
    });

    it('reports that the container takes connections before it is healthy', async () => {
      const phases: StartPhase[] = [];
      const unhealthy = spec('i-1', { environment: { ECHO_PING_AFTER_MS: '100000' } });
      await at.instances.launch(unhealthy, (phase) => phases.push(phase));
      await untilReady(at.scene.logs, 'i-1');
      expect(await at.instances.ping('i-1')).toBe('unhealthy');
      expect(phases).toEqual(['boot', 'ping']);
    });

    it('is refused for an unlisted image, and for model data that cannot be used', async () => {
      const unlisted = spec('i-1', { image: at.scene.missingImage ?? 'no-such-image' });
      const unusable = spec('i-2', { modelDataUrl: at.scene.unusableModelDataUrl });
      await expect(at.instances.launch(unlisted)).rejects.toMatchObject({ code: 'ImageNotFound' });
      await expect(at.instances.launch(unusable)).rejects.toMatchObject({ code: 'ModelDataUnusable' });
      await expect(at.instances.check(unlisted)).rejects.toMatchObject({ code: 'ImageNotFound' });
      await expect(at.instances.check(unusable)).rejects.toMatchObject({ code: 'ModelDataUnusable' });
      expect(await at.instances.list()).toEqual([]);
    });

    it('can be checked without a start', async () => {
      await at.instances.check(spec('i-1'));
      await at.instances.check(spec('i-1', { modelDataUrl: at.scene.modelDataUrl }));
      expect(await at.instances.list()).toEqual([]);
    });

    it('leaves nothing behind if it is aborted', async () => {
      const stopped = new Error('stopped');
      await expect(at.instances.launch(spec('i-1'), undefined, AbortSignal.abort(stopped))).rejects.toBe(stopped);
      const stop = new AbortController();
      const onPhase = (phase: StartPhase): void => {
        if (phase === 'boot') stop.abort(stopped);
      };
      await expect(at.instances.launch(spec('i-2'), onPhase, stop.signal)).rejects.toBe(stopped);
      expect(await at.instances.list()).toEqual([]);
    });
  });

  describe('a ping', () => {
    it('fails until the container is healthy', async () => {
      await launch('i-1', { ECHO_PING_AFTER_MS: '300' });
      expect(await at.instances.ping('i-1')).not.toBe('healthy');
      await untilHealthy(at.instances, 'i-1');
    });

    it('fails while the container does not listen', async () => {
      await launch('i-1', { ECHO_BOOT_MS: '100000' });
      expect(await at.instances.ping('i-1')).toBe('unreachable');
    });

    it('times out if the container never answers', async () => {
      await launch('i-1', { ECHO_PING: 'hang' });
      await untilReady(at.scene.logs, 'i-1');
      expect(await at.instances.ping('i-1')).toBe('silent');
    });

    it('of an instance that does not exist fails', async () => {
      expect(await at.instances.ping('i-1')).toBe('unreachable');
    });

    it('that is aborted raises the reason', async () => {
      await launch('i-1', { ECHO_PING: 'hang' });
      const stopped = new Error('stopped');
      const stop = new AbortController();
      const ping = at.instances.ping('i-1', stop.signal);
      stop.abort(stopped);
      await expect(ping).rejects.toBe(stopped);
    });
  });
}
