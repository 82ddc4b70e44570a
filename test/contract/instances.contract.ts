import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PING_INTERVAL_MS } from '../../libs/core/instance/instance.js';
import type { StartPhase } from '../../libs/core/instance/start-phase.js';
import type { ContainerDefinition } from '../../libs/core/model/container.js';
import type {
  ContainerRequest,
  ContainerResponse,
  FoundInstance,
  Instances,
  LaunchSpec,
} from '../../libs/core/ports/instances.js';
import type { Logs } from '../../libs/core/ports/logs.js';

/** A driver and containers for it that behave as the knobs of test/support/images/echo/server.js say. */
export interface InstancesScene {
  readonly instances: Instances;
  /** Where the driver writes their output. */
  readonly logs: Logs;
  /** The echo container; `environment` holds knobs for the whole instance. */
  readonly image: string;
  /** An image that cannot be found, where `no-such-image` would be looked for in the world outside. */
  readonly missingImage?: string;
  /** An archive that can be used, and one that cannot. */
  readonly modelDataUrl: string;
  readonly unusableModelDataUrl: string;
  /** Another driver over the same instances, as after a crash of Ebb; only where they outlive it and can be adopted. */
  afterCrash?(): Promise<Instances>;
  close(): Promise<void>;
}

/** What every driver of `Instances` keeps. */
export function instancesContract(driver: string, open: () => Promise<InstancesScene>): void {
  describe(`instances by ${driver}`, () => {
    let scene: InstancesScene;
    let instances: Instances;

    beforeEach(async () => {
      scene = await open();
      ({ instances } = scene);
    });

    afterEach(() => scene.close());

    const spec = (instanceId: string, container: Partial<ContainerDefinition> = {}, { image } = scene): LaunchSpec =>
      launchSpec(instanceId, { image, environment: {}, ...container });
    const launch = (instanceId: string, environment: Record<string, string> = {}) =>
      instances.launch(spec(instanceId, { environment }));
    const launchHealthy = async (instanceId: string, environment: Record<string, string> = {}) => {
      const launched = await launch(instanceId, environment);
      await untilHealthy(instances, instanceId);
      return launched;
    };

    describe('launching', () => {
      it('tells its phases in order and ends with an instance that becomes healthy', async () => {
        const phases: StartPhase[] = [];
        const { instanceId } = await instances.launch(spec('i-1'), (phase) => phases.push(phase));
        expect(instanceId).toBe('i-1');
        expect(phases).toEqual(['boot']);
        await untilHealthy(instances, 'i-1');
        expect(phases).toEqual(['boot', 'ping']);
        expect(idsOf(await instances.list())).toEqual(['i-1']);
      });

      it('downloads the model first where there is one', async () => {
        const phases: StartPhase[] = [];
        const { modelDataUrl } = scene;
        await instances.launch(spec('i-1', { modelDataUrl }), (phase) => phases.push(phase));
        await untilHealthy(instances, 'i-1');
        expect(phases).toEqual(['download', 'unpack', 'boot', 'ping']);
      });

      it('goes on to its pings only when the container takes connections', async () => {
        const phases: StartPhase[] = [];
        const slowBoot = spec('i-1', { environment: { ECHO_BOOT_MS: '100000' } });
        await instances.launch(slowBoot, (phase) => phases.push(phase));
        expect(await instances.ping('i-1')).toBe('unreachable');
        expect(phases).toEqual(['boot']);
      });

      it('tells that the container takes connections though it is not healthy yet', async () => {
        const phases: StartPhase[] = [];
        const unhealthy = spec('i-1', { environment: { ECHO_PING_AFTER_MS: '100000' } });
        await instances.launch(unhealthy, (phase) => phases.push(phase));
        await untilReady(scene.logs, 'i-1');
        expect(await instances.ping('i-1')).toBe('unhealthy');
        expect(phases).toEqual(['boot', 'ping']);
      });

      it('is refused for an image that is not listed, and for model data that cannot be used', async () => {
        const unlisted = spec('i-1', { image: scene.missingImage ?? 'no-such-image' });
        const unusable = spec('i-2', { modelDataUrl: scene.unusableModelDataUrl });
        await expect(instances.launch(unlisted)).rejects.toMatchObject({ code: 'ImageNotFound' });
        await expect(instances.launch(unusable)).rejects.toMatchObject({ code: 'ModelDataUnusable' });
        await expect(instances.check(unlisted)).rejects.toMatchObject({ code: 'ImageNotFound' });
        await expect(instances.check(unusable)).rejects.toMatchObject({ code: 'ModelDataUnusable' });
        expect(await instances.list()).toEqual([]);
      });

      it('can be checked without starting anything', async () => {
        await instances.check(spec('i-1'));
        await instances.check(spec('i-1', { modelDataUrl: scene.modelDataUrl }));
        expect(await instances.list()).toEqual([]);
      });

      it('that is aborted leaves nothing', async () => {
        const stopped = new Error('stopped');
        await expect(instances.launch(spec('i-1'), undefined, AbortSignal.abort(stopped))).rejects.toBe(stopped);
        const stop = new AbortController();
        const onPhase = (phase: StartPhase): void => {
          if (phase === 'boot') stop.abort(stopped);
        };
        await expect(instances.launch(spec('i-2'), onPhase, stop.signal)).rejects.toBe(stopped);
        expect(await instances.list()).toEqual([]);
      });
    });

    describe('a ping', () => {
      it('fails until the container is healthy', async () => {
        await launch('i-1', { ECHO_PING_AFTER_MS: '300' });
        expect(await instances.ping('i-1')).not.toBe('healthy');
        await untilHealthy(instances, 'i-1');
      });

      it('fails while the container does not listen', async () => {
        await launch('i-1', { ECHO_BOOT_MS: '100000' });
        expect(await instances.ping('i-1')).toBe('unreachable');
      });

      it('fails in the end where the container never answers', async () => {
        await launch('i-1', { ECHO_PING: 'hang' });
        await untilReady(scene.logs, 'i-1');
        expect(await instances.ping('i-1')).toBe('silent');
      });

      it('of an instance that does not exist fails', async () => {
        expect(await instances.ping('i-1')).toBe('unreachable');
      });

      it('that is aborted raises the reason', async () => {
        await launch('i-1', { ECHO_PING: 'hang' });
        const stopped = new Error('stopped');
        const stop = new AbortController();
        const ping = instances.ping('i-1', stop.signal);
        stop.abort(stopped);
        await expect(ping).rejects.toBe(stopped);
      });
    });

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

      it('brings the input to the container and its answer back', async () => {
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

      it.each([404, 500, 503])('gives back the status %i with its body', async (status) => {
        const response = await invoke('why', { customAttributes: `status=${status}` });
        expect(response.status).toBe(status);
        expect(await readText(response)).toBe('why');
      });

      it('has no size where the container announces none', async () => {
        const response = await invoke('piecemeal', { customAttributes: 'chunked' });
        expect(response.sizeBytes).toBeUndefined();
        expect(await readText(response)).toBe('piecemeal');
      });

      it('tells how long the headers of the answer were', async () => {
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

      it('fails in its body, and not as though the instance were gone, when the answer breaks off', async () => {
        for (const attributes of ['breakAfter=4', 'breakAfter=4;chunked']) {
          const response = await invoke('12345678', { customAttributes: attributes });
          expect(response.status).toBe(200);
          const error = await readText(response).catch((raised: unknown) => raised);
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toHaveProperty('code', 'InstanceUnavailable');
        }
        expect(await readText(await invoke('next'))).toBe('next');
      });

      it('fails as though the instance were gone when it dies in the middle of its answer', async () => {
        const { exited } = await launchHealthy('i-1');
        const attributes = 'breakAfter=4;exit=1';
        const response = await instances.invoke('i-1', request('12345678', { customAttributes: attributes }));
        await expect(readText(response)).rejects.toMatchObject({ code: 'InstanceUnavailable' });
        expect(await exited).toMatchObject({ exitCode: 1 });
      });

      it('that is aborted raises the reason, and the next one is served', async () => {
        const stopped = new Error('stopped');
        await expect(invoke('x', {}, AbortSignal.abort(stopped))).rejects.toBe(stopped);
        const stop = new AbortController();
        const hanging = invoke('x', { customAttributes: 'hang', inferenceId: 'hanging' }, stop.signal);
        await untilTail(shared.logs, 'i-1', /hanging/);
        stop.abort(stopped);
        await expect(hanging).rejects.toBe(stopped);
        expect(await readText(await invoke('next'))).toBe('next');
      });

      it('raises what its own input raises', async () => {
        const unreadable = new Error('the disk is broken');
        const body = stream(['begin'], unreadable);
        await expect(invoke('begin and end', { body })).rejects.toBe(unreadable);
        expect(await readText(await invoke('next'))).toBe('next');
      });

      it('of an instance that does not exist raises InstanceUnavailable', async () => {
        await expect(instances.invoke('i-1', request('x'))).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      });
    });

    describe('cancelling', () => {
      it('tells the container, which says that it has stopped, and how long an instance has that does not', async () => {
        await launchHealthy('i-1');
        const answer = await instances.cancel('i-1', 'unwanted');
        expect(answer).toEqual({ isAcknowledged: true, endsInstanceAfterMs: 1_000 });
        await untilTail(scene.logs, 'i-1', /POST \/cancel unwanted/);
      });

      it('is not acknowledged by a container that answers otherwise, or not at all', async () => {
        await launchHealthy('i-1', { ECHO_CANCEL: '503' });
        expect(await instances.cancel('i-1', 'unwanted')).toMatchObject({ isAcknowledged: false });
      });

      it('has nothing to do where the instance is gone', async () => {
        expect(await instances.cancel('i-1', 'unwanted')).toEqual({ isAcknowledged: true });
      });
    });

    describe('an instance that dies', () => {
      it('says so at once, and is gone', async () => {
        const { exited } = await launch('i-1', { ECHO_EXIT_AFTER_MS: '1' });
        expect(await exited).toMatchObject({ exitCode: 3, reason: expect.stringContaining('3') });
        expect(await instances.ping('i-1')).toBe('unreachable');
        await expect(instances.invoke('i-1', request('x'))).rejects.toMatchObject({ code: 'InstanceUnavailable' });
        await instances.terminate('i-1', 1_000);
        expect(await instances.list()).toEqual([]);
      });

      it('in the middle of an invocation fails that with InstanceUnavailable', async () => {
        const { exited } = await launchHealthy('i-1');
        const invocations = ['delayMs=20;exit=7', 'hang'].map((customAttributes) =>
          instances.invoke('i-1', request('x', { customAttributes })),
        );
        const gone = { status: 'rejected', reason: { code: 'InstanceUnavailable' } };
        expect(await Promise.allSettled(invocations)).toMatchObject([gone, gone]);
        expect(await exited).toMatchObject({ exitCode: 7 });
      });

      it('leaves the last lines of its output', async () => {
        const { exited } = await launchHealthy('i-1');
        await readText(await instances.invoke('i-1', request('x', { inferenceId: 'first' })));
        await readText(await instances.invoke('i-1', request('x', { inferenceId: 'second' })));
        await instances.terminate('i-1', 1_000);
        await exited;
        const lines = (await scene.logs.tail('i-1', 100)).map(({ text }) => text);
        expect(lines[0]).toBe('ready');
        const served = lines.filter((line) => line.startsWith('POST'));
        expect(served).toEqual(['POST /invocations first', 'POST /invocations second']);
        const [ready] = await scene.logs.tail('i-1', 100);
        const own = { endpointName: 'e', variantName: 'v', instanceId: 'i-1', stream: 'stdout' };
        expect(ready).toEqual({ ...own, at: expect.any(Number), text: 'ready' });
      });
    });

    describe('a paused instance', () => {
      it('answers nothing until it is resumed, and then goes on as it was', async () => {
        await launchHealthy('i-1');
        await instances.pause('i-1');
        expect(await instances.ping('i-1')).toBe('silent');
        expect(idsOf(await instances.list())).toEqual(['i-1']);
        await instances.resume('i-1');
        expect(await instances.ping('i-1')).toBe('healthy');
        expect(await readText(await instances.invoke('i-1', request('awake')))).toBe('awake');
      });

      it('can be terminated as any other', async () => {
        const { exited } = await launchHealthy('i-1');
        await instances.pause('i-1');
        await instances.terminate('i-1', 5_000);
        expect(await exited).toMatchObject({ exitCode: 0 });
        expect(await instances.list()).toEqual([]);
      });

      it('that is gone can be neither paused nor resumed', async () => {
        await expect(instances.pause('i-1')).rejects.toMatchObject({ code: 'InstanceUnavailable' });
        await expect(instances.resume('i-1')).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      });
    });

    describe('an instance that outlives the Ebb that launched it', () => {
      it('is listed with what it was launched as, and with whether it is paused', async ({ skip }) => {
        const before = Date.now();
        await launchHealthy('i-1');
        await launchHealthy('i-2');
        await instances.pause('i-2');
        const found = await (await afterCrash(scene, skip)).list();
        const launchedAt = expect.toSatisfy((at: number) => at >= before - 1_000 && at <= Date.now());
        const launchedAs = { endpointName: 'e', variantName: 'v', deploymentId: 'd', launchedAt };
        expect(found).toHaveLength(2);
        expect(found).toContainEqual({ instanceId: 'i-1', launchedAs, isPaused: false });
        expect(found).toContainEqual({ instanceId: 'i-2', launchedAs, isPaused: true });
      });

      it('is as if it had been launched here when it is adopted', async ({ skip }) => {
        await launchHealthy('i-1');
        const next = await afterCrash(scene, skip);
        const adopted = await next.adopt(spec('i-1'));
        expect(adopted).toMatchObject({ instanceId: 'i-1' });
        expect(await next.ping('i-1')).toBe('healthy');
        expect(await readText(await next.invoke('i-1', request('still there')))).toBe('still there');
        await next.terminate('i-1', 5_000);
        expect(await adopted!.exited).toMatchObject({ reason: expect.any(String) });
        expect(await next.list()).toEqual([]);
      });

      it('can be terminated without', async ({ skip }) => {
        await launchHealthy('i-1');
        const next = await afterCrash(scene, skip);
        await next.terminate('i-1', 0);
        expect(await next.list()).toEqual([]);
      });

      it('cannot be adopted when it is gone', async ({ skip }) => {
        await launchHealthy('i-1');
        await instances.terminate('i-1', 0);
        expect(await (await afterCrash(scene, skip)).adopt(spec('i-1'))).toBeUndefined();
      });

      it('cannot be adopted when it is paused, only terminated', async ({ skip }) => {
        await launchHealthy('i-1');
        await instances.pause('i-1');
        const next = await afterCrash(scene, skip);
        expect(await next.adopt(spec('i-1'))).toBeUndefined();
        await next.terminate('i-1', 5_000);
        expect(await next.list()).toEqual([]);
      });
    });

    describe('terminating', () => {
      it('ends one instance and no other, and may be repeated', async () => {
        const { exited } = await launchHealthy('i-1');
        await launchHealthy('i-2');
        await instances.terminate('i-1', 5_000);
        expect(await exited).toMatchObject({ reason: expect.any(String) });
        expect(idsOf(await instances.list())).toEqual(['i-2']);
        expect(await instances.ping('i-2')).toBe('healthy');
        await instances.terminate('i-1', 5_000);
        await instances.terminate('i-3', 5_000);
      });

      it('waits for the grace, then kills', async () => {
        const { exited } = await launchHealthy('i-1', { ECHO_IGNORE_SIGTERM: 'yes' });
        const started = performance.now();
        await instances.terminate('i-1', 300);
        expect(performance.now() - started).toBeGreaterThanOrEqual(295);
        expect((await exited).reason).toContain('SIGKILL');
        expect(await scene.logs.tail('i-1', 1)).toMatchObject([{ text: 'SIGTERM' }]);
        expect(await instances.list()).toEqual([]);
      });

      it('fails what is running with InstanceUnavailable', async () => {
        await launchHealthy('i-1');
        const hanging = instances.invoke('i-1', request('x', { customAttributes: 'hang' }));
        void untilTail(scene.logs, 'i-1', /invocations/).then(() => instances.terminate('i-1', 1_000));
        await expect(hanging).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      });
    });
  });
}

function afterCrash({ afterCrash: crash }: InstancesScene, skip: () => never): Promise<Instances> {
  return crash === undefined ? skip() : crash();
}

/** What a launch of `container` is asked for with. */
export function launchSpec(instanceId: string, container: ContainerDefinition): LaunchSpec {
  return { instanceId, endpointName: 'e', variantName: 'v', deploymentId: 'd', container, downloadTimeoutMs: 60_000 };
}

export function idsOf(found: readonly FoundInstance[]): string[] {
  return found.map(({ instanceId }) => instanceId);
}

/** A request with a text as its input. */
export function request(text: string, members: Partial<ContainerRequest> = {}): ContainerRequest {
  const body = Buffer.from(text);
  return { body, sizeBytes: body.length, inferenceId: 'inference-1', ...members };
}

/** All of a response's body. */
export async function readText(response: ContainerResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body instanceof Uint8Array ? [response.body] : response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Resolves at the first healthy ping. */
export async function untilHealthy(instances: Instances, instanceId: string): Promise<void> {
  while ((await instances.ping(instanceId)) !== 'healthy') await sleep(PING_INTERVAL_MS / 4);
}

/** Resolves when a line of the instance's output matches. */
export async function untilTail(logs: Logs, instanceId: string, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    for (const { text } of await logs.tail(instanceId, 100)) {
      const match = pattern.exec(text);
      if (match) return match;
    }
    await sleep(PING_INTERVAL_MS / 4);
  }
}

async function untilReady(logs: Logs, instanceId: string): Promise<void> {
  await untilTail(logs, instanceId, /^ready$/);
}

async function* stream(pieces: readonly string[], error?: Error): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of pieces) yield Buffer.from(piece);
  if (error) throw error;
}
