import { describe, expect, it } from 'vitest';
import { EbbError } from '../../../core/errors.js';
import { type KnownInstance, KnownInstances } from './known-instances.js';
import { launchInSteps, type LaunchSteps } from './launch-in-steps.js';

type Step = 'findImage' | 'prepare' | 'acquireModel' | 'boot';
const STEPS: readonly Step[] = ['findImage', 'prepare', 'acquireModel', 'boot'];
const PHASES: ReadonlySet<string> = new Set(['pull', 'phase boot', 'ping']);
/** The releases after a step fails: everything that earlier steps acquired, the last acquired first. */
const HELD_BEFORE: Readonly<Record<Step, readonly string[]>> = {
  findImage: [],
  prepare: [],
  acquireModel: ['remove the directory'],
  boot: ['release the model', 'remove the directory'],
};
/**
 * The releases if the launch is aborted during a step that succeeds. A running instance releases everything that it
 * holds.
 */
const HELD_AFTER: Readonly<Record<Step, readonly string[]>> = {
  findImage: [],
  prepare: ['remove the directory'],
  acquireModel: ['release the model', 'remove the directory'],
  boot: ['terminate'],
};
const STOPPED = new Error('stopped');

/** A technology that does each step at once and records it. `during` can act inside a step. */
function technology(during: Partial<Record<Step, () => void>> = {}) {
  const done: string[] = [];
  const note = async (what: string): Promise<void> => void done.push(what);
  const step = async (name: Step): Promise<void> => {
    during[name]?.();
    await note(name);
  };
  const known = new KnownInstances();
  const steps: LaunchSteps<string, { release(): Promise<void> }, KnownInstance> = {
    findImage: async (onPull) => {
      onPull();
      await step('findImage');
      return 'image';
    },
    prepare: async () => {
      await step('prepare');
      return () => note('remove the directory');
    },
    acquireModel: async () => {
      await step('acquireModel');
      return { release: () => note('release the model') };
    },
    boot: async (image, _model, onListening) => {
      await step('boot');
      onListening();
      expect(image).toBe('image');
      return instance(() => note('terminate'));
    },
    explain: (cause) => new EbbError('InstanceUnavailable', `It is the image's fault: ${(cause as Error).message}`),
  };
  const launch = (signal?: AbortSignal, instanceId = 'i-1') =>
    launchInSteps(
      known,
      { instanceId, onPhase: (phase) => done.push(phase === 'boot' ? 'phase boot' : phase), signal },
      steps,
    );
  return { known, done, steps, launch };
}

function instance(onTerminate: () => Promise<void>): KnownInstance {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const terminate = async (): Promise<void> => {
    await onTerminate();
    resolve();
    await gone;
  };
  return { instanceId: 'i-1', exited: gone.then(() => ({ reason: 'It ended.' })), gone, terminate };
}

describe('a launch', () => {
  it('takes its steps in order, reports its phases, and ends with a known instance', async () => {
    const { known, done, launch } = technology();
    const launched = await launch();
    expect(done).toEqual(['pull', 'findImage', 'prepare', 'acquireModel', 'phase boot', 'boot', 'ping']);
    expect(known.find('i-1')).toBe(launched);
    expect(known.launching()).toEqual([]);
  });

  it('needs no resources besides the container', async () => {
    const { done, known, steps } = technology();
    await launchInSteps(known, { instanceId: 'i-1', onPhase: () => {} }, { ...steps, prepare: undefined });
    expect(done).toEqual(['findImage', 'acquireModel', 'boot']);
  });

  it('reserves its id while it is under way', async () => {
    const image = Promise.withResolvers<string>();
    const { known, launch, steps } = technology();
    const first = launchInSteps(
      known,
      { instanceId: 'i-1', onPhase: () => {} },
      { ...steps, findImage: () => image.promise },
    );
    expect(known.isLaunching('i-1')).toBe(true);
    await expect(launch()).rejects.toThrow('Instance i-1 is being launched already.');
    image.resolve('image');
    await first;
    await expect(launch()).rejects.toThrow('Instance i-1 has been launched already.');
  });

  it.each(['', '..', 'a/b', 'a b', '.hidden'])('is refused for the id %j', async (instanceId) => {
    const { done, launch } = technology();
    await expect(launch(undefined, instanceId)).rejects.toMatchObject({ code: 'InvalidRequest' });
    expect(done).toEqual([]);
  });
});

describe.each(STEPS)('a launch whose step %s fails', (failing) => {
  const failure = new Error('out of order');

  it('releases everything that was acquired, the last acquired first, and knows no instance', async () => {
    const { known, done, launch } = failsWith(failing, failure);
    await expect(launch()).rejects.toThrow("It is the image's fault: out of order");
    expect(releasedOf(done)).toEqual(HELD_BEFORE[failing]);
    expect(known.get('i-1')).toBeUndefined();
    expect(known.isLaunching('i-1')).toBe(false);
  });

  it('raises a failure with a code unchanged', async () => {
    const full = new EbbError('StorageFull', 'The disk is full.');
    await expect(failsWith(failing, full).launch()).rejects.toBe(full);
  });

  it('raises the reason of a signal that was aborted meanwhile', async () => {
    const stop = new AbortController();
    const { done, launch } = failsWith(failing, failure, () => stop.abort(STOPPED));
    await expect(launch(stop.signal)).rejects.toBe(STOPPED);
    expect(releasedOf(done)).toEqual(HELD_BEFORE[failing]);
  });
});

describe.each(STEPS)('a launch that is aborted during its step %s', (aborted) => {
  it('stops, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const { known, done, launch } = technology({ [aborted]: () => stop.abort(STOPPED) });
    await expect(launch(stop.signal)).rejects.toBe(STOPPED);
    expect(done.filter((what) => isStep(what))).toEqual(STEPS.slice(0, STEPS.indexOf(aborted) + 1));
    expect(releasedOf(done)).toEqual(HELD_AFTER[aborted]);
    expect(known.get('i-1')).toBeUndefined();
    expect(known.isLaunching('i-1')).toBe(false);
  });
});

describe('a launch', () => {
  it('does nothing if it is aborted before it begins', async () => {
    const { done, known, launch } = technology();
    await expect(launch(AbortSignal.abort(STOPPED))).rejects.toBe(STOPPED);
    expect(done).toEqual([]);
    expect(known.isLaunching('i-1')).toBe(false);
  });

  it('releases the rest if one release fails, and still says why the launch failed', async () => {
    const { done, known, steps } = technology({
      boot: () => {
        throw new Error('out of order');
      },
    });
    const stuck = { release: () => Promise.reject(new Error('stuck')) };
    const launch = launchInSteps(
      known,
      { instanceId: 'i-1', onPhase: () => {} },
      { ...steps, acquireModel: async () => stuck },
    );
    await expect(launch).rejects.toThrow('out of order');
    expect(releasedOf(done)).toEqual(['remove the directory']);
  });
});

/** A technology with one step that fails. */
function failsWith(failing: Step, error: Error, before = (): void => {}) {
  const fail = (): void => {
    before();
    throw error;
  };
  return technology({ [failing]: fail });
}

function isStep(what: string): boolean {
  return (STEPS as readonly string[]).includes(what);
}

function releasedOf(done: readonly string[]): string[] {
  return done.filter((what) => !isStep(what) && !PHASES.has(what));
}
