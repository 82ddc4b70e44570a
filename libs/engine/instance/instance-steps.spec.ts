import { describe, expect, test } from 'vitest';
import { INSTANCE_STEPS, type InstanceState, type InstanceStep } from '../../core/instance/instance-state.js';
import type { InstanceDetail } from '../../core/instance/instance.js';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { Fleet } from './fleet.js';
import type { Slot } from './slot.js';

/** A row of the table: a step, from one of its states. */
type Row = `${InstanceState}: ${InstanceStep}`;

/** A fleet with one launched instance. It is not cleared away before `letGo`. */
async function anInstance(script: LaunchScript = {}) {
  const parts = memoryWorld({ launch: () => script });
  const { clock, instances, world } = parts;
  const tags = { 'ebb:warm-instances': '1', 'ebb:warm-seconds': '60' };
  const endpoint = { ...(await deployEndpoint(parts)), tags };
  const variant = endpoint.variants[0]!;
  const cleared = Promise.withResolvers<void>();
  const terminate = instances.terminate.bind(instances);
  instances.terminate = async (...of) => (await cleared.promise, await terminate(...of));
  const fleet = new Fleet(world);
  void fleet.launch(endpoint, variant, 1);
  await clock.advance(0);
  const { id } = fleet.instances('reader')[0]!;
  const settled = async (_done: unknown): Promise<void> => clock.advance(0);
  const detail = (): InstanceDetail | undefined => fleet.details('reader').find((each) => each.id === id);
  return {
    state: (): InstanceState | undefined => detail()?.state,
    /** The state that the instance has been in for at most a second. */
    newState: (): InstanceState | undefined =>
      clock.now() - (detail()?.stateSince ?? 0) < 1_000 ? detail()?.state : undefined,
    passMs: (ms: number) => clock.advance(ms),
    scaleIn: () => settled(fleet.scaleIn(endpoint, variant, 1)),
    launch: () => settled(fleet.launch(endpoint, variant, 1)),
    drain: () => settled(fleet.drainInstance('reader', id)),
    work: (): Slot => {
      const [slot] = fleet.reserve('reader', 1);
      fleet.occupy(slot!);
      return slot!;
    },
    finish: (slot: Slot) => settled(fleet.free(slot)),
    die: () => settled(instances.kill(id)),
    letGo: () => settled(cleared.resolve()),
    /** Lets the resume of a paused instance never end. */
    resumesNever: () => void (instances.resume = () => new Promise(() => {})),
  };
}

type Scene = Awaited<ReturnType<typeof anInstance>>;

/** Brings an instance to the state that a row begins with, and then has it take the row's step. */
interface Passage {
  readonly launch?: LaunchScript;
  readonly before?: (scene: Scene) => Promise<void>;
  readonly step: (scene: Scene) => Promise<void>;
}

const STARTS_SLOWLY: LaunchScript = { bootMs: 2_000, healthyAfterMs: 500 };
const paused = ({ scaleIn }: Scene) => scaleIn();
const waking = async (scene: Scene) => {
  await scene.scaleIn();
  scene.resumesNever();
  await scene.launch();
};
const drainingAtWork = async ({ drain, work }: Scene) => (work(), await drain());

const PASSAGES: Readonly<Record<string, Passage>> = {
  'Starting: serve': { launch: STARTS_SLOWLY, step: ({ passMs }) => passMs(1_600) },
  'Starting: drain': { launch: STARTS_SLOWLY, step: ({ drain }) => drain() },
  'Starting: end': { before: waking, step: ({ die }) => die() },
  'Starting: clear away': {
    launch: { healthyAfterMs: Infinity, diesAfterMs: 1_000 },
    before: ({ passMs }) => passMs(2_000),
    step: ({ letGo }) => letGo(),
  },
  'InService: pause': { step: ({ scaleIn }) => scaleIn() },
  'InService: drain': { step: ({ drain }) => drain() },
  'InService: end': { step: ({ die }) => die() },
  'Paused: wake': { before: paused, step: (scene) => (scene.resumesNever(), scene.launch()) },
  'Paused: drain': { before: paused, step: ({ passMs }) => passMs(59_100) },
  'Paused: end': { before: paused, step: ({ die }) => die() },
  'Draining: end': { before: drainingAtWork, step: ({ die }) => die() },
  'Draining: clear away': { before: ({ drain }) => drain(), step: ({ letGo }) => letGo() },
  'Gone: clear away': { before: ({ die }) => die(), step: ({ letGo }) => letGo() },
} satisfies Partial<Record<Row, Passage>>;

const ROWS = Object.entries(INSTANCE_STEPS).flatMap(([step, { from, to }]) =>
  from.map((state) => ({ row: `${state}: ${step}`, step: step as InstanceStep, from: state as InstanceState, to })),
);

describe('every step of an instance is taken by the fleet', () => {
  test.each(ROWS)('$row, to $to', async ({ row, step, from, to }) => {
    const passage = PASSAGES[row]!;
    const scene = await anInstance(passage.launch);
    await passage.before?.(scene);
    await scene.passMs(1_000);
    expect({ state: scene.state(), newState: scene.newState() }).toEqual({ state: from, newState: undefined });
    await passage.step(scene);
    // An instance that has been cleared away is not shown any more.
    expect(scene.newState()).toBe(step === 'clear away' ? undefined : to);
    expect(scene.state()).toBe(step === 'clear away' ? undefined : to);
  });

  test('with a passage here for every row of the table, and a row for every passage', () => {
    expect(Object.keys(PASSAGES).toSorted()).toEqual(ROWS.map(({ row }) => row).toSorted());
  });
});

describe('an instance keeps its state', () => {
  test('when it is told to go again, while it drains and when it is gone', async () => {
    const { die, drain, state, work } = await anInstance();
    work();
    await drain();
    await drain();
    expect(state()).toBe('Draining');
    await die();
    await drain();
    expect(state()).toBe('Gone');
  });

  test('when it dies before it ever came into service, until its start is cleared away', async () => {
    const { die, letGo, passMs, state } = await anInstance(STARTS_SLOWLY);
    await passMs(2_200);
    await die();
    expect(state()).toBe('Starting');
    await letGo();
    expect(state()).toBeUndefined();
  });

  test('while it drains with work on it, and goes when it has finished', async () => {
    const { drain, finish, letGo, state, work } = await anInstance();
    const slot = work();
    await drain();
    await letGo();
    expect(state()).toBe('Draining');
    await finish(slot);
    expect(state()).toBeUndefined();
  });
});
