import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerRequest } from '../../libs/core/ports/instances.js';
import {
  type InstancesAtHand,
  type InstancesScene,
  readText,
  request,
  untilHealthy,
  untilTail,
} from './instances-scene.js';

/** Requests to an instance, and the cancelling of a request. */
export function invokingContract(at: InstancesAtHand, open: () => Promise<InstancesScene>): void {
  const { spec, launchHealthy } = at;

  describe('an invocation', () => {
    let shared: InstancesScene;

    beforeAll(async () => {
      shared = await open();
      await shared.instances.launch(spec('i-1', {}, shared));
      await untilHealthy(shared.instances, 'i-1');
    });

    afterAll(() => shared.close());

    const invoke = (text: string, members?: Partial<ContainerRequest>, signal?: AbortSignal) =>
      shared.instances.invoke('i-1', request(text, members), signal);

    it('takes the input to the container and returns its answer', async () => {
      const response = await invoke('{"a":1}', { contentType: 'application/json' });
      expect(response).toMatchObject({ status: 200, contentType: 'application/json', sizeBytes: 7 });
      expect(response.headerBytes).toBeGreaterThan(30);
      expect(await readText(response)).toBe('{"a":1}');
    });

    it('takes an empty input', async () => {
      const response = await invoke('');
      expect(response).toMatchObject({ status: 200, sizeBytes: 0 });
      expect(await readText(response)).toBe('');
    });

    it('takes its input as a stream', async () => {
      const pieces = ['one ', 'two ', 'three'];
      const response = await invoke(pieces.join(''), { body: stream(pieces) });
      expect(await readText(response)).toBe('one two three');
    });

    it.each([404, 500, 503])('returns the status %i with its body', async (status) => {
      const response = await invoke('why', { customAttributes: `status=${status}` });
      expect(response.status).toBe(status);
      expect(await readText(response)).toBe('why');
    });

    it('has no size if the container announces none', async () => {
      const response = await invoke('piecemeal', { customAttributes: 'chunked' });
      expect(response.sizeBytes).toBeUndefined();
      expect(await readText(response)).toBe('piecemeal');
    });

    it('reports the length of the answer’s headers', async () => {
      const response = await invoke('x', { customAttributes: 'headerBytes=5000' });
      expect(response.headerBytes).toBeGreaterThan(5000);
      expect(response.headerBytes).toBeLessThan(5400);
      expect(await readText(response)).toBe('x');
    });

    it('shares its instance with others', async () => {
      const texts = Array.from({ length: 20 }, (_, index) => `input ${index}`);
      const responses = await Promise.all(texts.map((text) => invoke(text, { customAttributes: 'delayMs=20' })));
      expect(await Promise.all(responses.map(readText))).toEqual(texts);
    });

    it('raises InstanceUnavailable when the connection closes before an answer', async () => {
      const reset = invoke('x', { customAttributes: 'reset' });
      await expect(reset).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      expect(await readText(await invoke('next'))).toBe('next');
    });

    it('fails in its body, not with InstanceUnavailable, if the answer breaks off', async () => {
      for (const attributes of ['breakAfter=4', 'breakAfter=4;chunked']) {
        const response = await invoke('12345678', { customAttributes: attributes });
        expect(response.status).toBe(200);
        const error = await readText(response).catch((raised: unknown) => raised);
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toHaveProperty('code', 'InstanceUnavailable');
      }
      expect(await readText(await invoke('next'))).toBe('next');
    });

    it('fails with InstanceUnavailable if the instance dies in the middle of its answer', async () => {
      const { exited } = await launchHealthy('i-1');
      const attributes = 'breakAfter=4;exit=1';
      const response = await at.instances.invoke('i-1', request('12345678', { customAttributes: attributes }));
      await expect(readText(response)).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      expect(await exited).toMatchObject({ exitCode: 1 });
    });

    it('that is aborted raises the reason, and the next invocation is served', async () => {
      const stopped = new Error('stopped');
      await expect(invoke('x', {}, AbortSignal.abort(stopped))).rejects.toBe(stopped);
      const stop = new AbortController();
      const hanging = invoke('x', { customAttributes: 'hang', inferenceId: 'hanging' }, stop.signal);
      await untilTail(shared.logs, 'i-1', /hanging/);
      stop.abort(stopped);
      await expect(hanging).rejects.toBe(stopped);
      expect(await readText(await invoke('next'))).toBe('next');
    });

    it('raises the error of its own input', async () => {
      const unreadable = new Error('the disk is broken');
      const body = stream(['begin'], unreadable);
      await expect(invoke('begin and end', { body })).rejects.toBe(unreadable);
      expect(await readText(await invoke('next'))).toBe('next');
    });

    it('of an instance that does not exist raises InstanceUnavailable', async () => {
      await expect(at.instances.invoke('i-1', request('x'))).rejects.toMatchObject({ code: 'InstanceUnavailable' });
    });
  });

  describe('cancelling', () => {
    it('tells the container, and returns its confirmation and the time after which an instance is ended', async () => {
      await launchHealthy('i-1');
      const answer = await at.instances.cancel('i-1', 'unwanted');
      expect(answer).toEqual({ isAcknowledged: true, endsInstanceAfterMs: 1_000 });
      await untilTail(at.scene.logs, 'i-1', /POST \/cancel unwanted/);
    });

    it('is not acknowledged by a container that answers otherwise', async () => {
      await launchHealthy('i-1', { ECHO_CANCEL: '503' });
      expect(await at.instances.cancel('i-1', 'unwanted')).toMatchObject({ isAcknowledged: false });
    });

    it('counts as acknowledged if the instance is gone', async () => {
      expect(await at.instances.cancel('i-1', 'unwanted')).toEqual({ isAcknowledged: true });
    });
  });
}

async function* stream(pieces: readonly string[], error?: Error): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of pieces) yield Buffer.from(piece);
  if (error) throw error;
}
