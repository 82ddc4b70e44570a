import { describe, expect, it } from 'vitest';
import { idsOf, type InstancesAtHand, readText, request, untilTail } from './instances-scene.js';

/** Instances that die, are paused, or are terminated. */
export function endingContract(at: InstancesAtHand): void {
  const { launch, launchHealthy } = at;

  describe('an instance that dies', () => {
    it('reports its end at once, and is gone', async () => {
      const { exited } = await launch('i-1', { ECHO_EXIT_AFTER_MS: '1' });
      expect(await exited).toMatchObject({ exitCode: 3, reason: expect.stringContaining('3') });
      expect(await at.instances.ping('i-1')).toBe('unreachable');
      await expect(at.instances.invoke('i-1', request('x'))).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      await at.instances.terminate('i-1', 1_000);
      expect(await at.instances.list()).toEqual([]);
    });

    it('fails its running invocation with InstanceUnavailable', async () => {
      const { exited } = await launchHealthy('i-1');
      const invocations = ['delayMs=20;exit=7', 'hang'].map((customAttributes) =>
        at.instances.invoke('i-1', request('x', { customAttributes })),
      );
      const gone = { status: 'rejected', reason: { code: 'InstanceUnavailable' } };
      expect(await Promise.allSettled(invocations)).toMatchObject([gone, gone]);
      expect(await exited).toMatchObject({ exitCode: 7 });
    });

    it('leaves the last lines of its output in the logs', async () => {
      const { exited } = await launchHealthy('i-1');
      await readText(await at.instances.invoke('i-1', request('x', { inferenceId: 'first' })));
      await readText(await at.instances.invoke('i-1', request('x', { inferenceId: 'second' })));
      await at.instances.terminate('i-1', 1_000);
      await exited;
      const lines = (await at.scene.logs.tail('i-1', 100)).map(({ text }) => text);
      expect(lines[0]).toBe('ready');
      const served = lines.filter((line) => line.startsWith('POST'));
      expect(served).toEqual(['POST /invocations first', 'POST /invocations second']);
      const [ready] = await at.scene.logs.tail('i-1', 100);
      const own = { endpointName: 'e', variantName: 'v', instanceId: 'i-1', stream: 'stdout' };
      expect(ready).toEqual({ ...own, at: expect.any(Number), text: 'ready' });
    });
  });

  describe('a paused instance', () => {
    it('answers nothing until it is resumed, and then continues', async () => {
      await launchHealthy('i-1');
      await at.instances.pause('i-1');
      expect(await at.instances.ping('i-1')).toBe('silent');
      expect(idsOf(await at.instances.list())).toEqual(['i-1']);
      await at.instances.resume('i-1');
      expect(await at.instances.ping('i-1')).toBe('healthy');
      expect(await readText(await at.instances.invoke('i-1', request('awake')))).toBe('awake');
    });

    it('can be terminated', async () => {
      const { exited } = await launchHealthy('i-1');
      await at.instances.pause('i-1');
      await at.instances.terminate('i-1', 5_000);
      expect(await exited).toMatchObject({ exitCode: 0 });
      expect(await at.instances.list()).toEqual([]);
    });

    it('cannot be paused or resumed once it is gone', async () => {
      await expect(at.instances.pause('i-1')).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      await expect(at.instances.resume('i-1')).rejects.toMatchObject({ code: 'InstanceUnavailable' });
    });
  });

  describe('terminating', () => {
    it('ends only the one instance, and may be repeated', async () => {
      const { exited } = await launchHealthy('i-1');
      await launchHealthy('i-2');
      await at.instances.terminate('i-1', 5_000);
      expect(await exited).toMatchObject({ reason: expect.any(String) });
      expect(idsOf(await at.instances.list())).toEqual(['i-2']);
      expect(await at.instances.ping('i-2')).toBe('healthy');
      await at.instances.terminate('i-1', 5_000);
      await at.instances.terminate('i-3', 5_000);
    });

    it('waits for the grace period, then kills', async () => {
      const { exited } = await launchHealthy('i-1', { ECHO_IGNORE_SIGTERM: 'yes' });
      const started = performance.now();
      await at.instances.terminate('i-1', 300);
      expect(performance.now() - started).toBeGreaterThanOrEqual(295);
      expect((await exited).reason).toContain('SIGKILL');
      expect(await at.scene.logs.tail('i-1', 1)).toMatchObject([{ text: 'SIGTERM' }]);
      expect(await at.instances.list()).toEqual([]);
    });

    it('fails running invocations with InstanceUnavailable', async () => {
      await launchHealthy('i-1');
      const hanging = at.instances.invoke('i-1', request('x', { customAttributes: 'hang' }));
      void untilTail(at.scene.logs, 'i-1', /invocations/).then(() => at.instances.terminate('i-1', 1_000));
      await expect(hanging).rejects.toMatchObject({ code: 'InstanceUnavailable' });
    });
  });
}
