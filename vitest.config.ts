import { availableParallelism } from 'node:os';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** Builds `dist` before the first spec of a project that starts the built service or the built `ebb`. */
const BUILT = 'test/support/built.ts';

/** Specs that start the built service or the built `ebb`. */
const SERVICE_SPECS = ['test/e2e/**/*.spec.ts', 'test/protocol/rest-followers.spec.ts'];

/** Specs of one process that take long: whole systems, drivers of real technologies, many random runs, much data. */
const LONG_SPECS = [
  'test/simulation/**/*.spec.ts',
  'test/protocol/**/*.spec.ts',
  'test/contract/{sqlite,sqs}-ledger.spec.ts',
  'test/contract/{filesystem,s3,large}-objects.spec.ts',
  'test/contract/process-{instances,models}.spec.ts',
  'infra/images/**/*.spec.ts',
  'apps/simulate/compare.spec.ts',
  'libs/drivers/instances/model/model-unpacking.spec.ts',
];

/** Specs that need a container engine, and those of them that need it, or the machine's one port 7070, to themselves. */
const ENGINE_SPECS = ['test/docker/**/*.spec.ts', 'test/contract/docker-instances.spec.ts'];
const LONE_ENGINE_SPECS = ['engine', 'engine-restart', 'walk'].map((name) => `test/docker/${name}.spec.ts`);
const ENGINES = 'test/docker/engines-setup.ts';

/** Simulations of a crash at every single step. They take half a minute, and are a suite of their own. */
const STEP_SPECS = ['test/simulation/every-step.spec.ts'];

const CLIENT_SPECS = ['test/clients/**/*.spec.ts'];
const FAULT_SPECS = ['test/fault/**/*.spec.ts'];

/**
 * Suites that are longer, or need what Node does not bring, have a name of their own and run by it. They wait more than
 * they compute, so that more of their files run at once than the machine has cores.
 */
const NAMED_SUITES = [
  { name: 'clients', include: CLIENT_SPECS, globalSetup: BUILT, maxWorkers: 4, groupOrder: 2 },
  { name: 'fault', include: FAULT_SPECS, globalSetup: BUILT, maxWorkers: 4, groupOrder: 2 },
  {
    name: 'docker',
    include: ENGINE_SPECS,
    exclude: LONE_ENGINE_SPECS,
    globalSetup: [BUILT, ENGINES],
    maxWorkers: 2,
    groupOrder: 3,
  },
  {
    name: 'docker-alone',
    include: LONE_ENGINE_SPECS,
    globalSetup: [BUILT, ENGINES],
    maxWorkers: 1,
    groupOrder: 4,
  },
];

/**
 * What the projects of `npm test` have in common. Their specs share the processes that run them, which saves loading the
 * same modules once for each of three hundred files. The limits only end what hangs: a busy machine takes its time.
 */
const IN_MINUTES = { isolate: false, maxWorkers: '100%', testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  oxc: false,
  plugins: [
    swc.vite({
      swcrc: false,
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'es6' },
    }),
  ],
  test: {
    setupFiles: ['test/support/check-answers.ts'],
    projects: [
      // `npm test` is the next three. Vitest begins the files of `long` before those of `quick`, by their names, so that
      // no long file runs alone at the end.
      {
        extends: true,
        test: { ...IN_MINUTES, name: 'long', include: LONG_SPECS, exclude: [...SERVICE_SPECS, ...STEP_SPECS] },
      },
      {
        extends: true,
        test: {
          ...IN_MINUTES,
          name: 'quick',
          include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts', 'infra/**/*.spec.ts'],
          exclude: [...LONG_SPECS, ...SERVICE_SPECS, ...NAMED_SUITES.flatMap(({ include }) => include)],
        },
      },
      {
        extends: true,
        test: {
          ...IN_MINUTES,
          name: 'service',
          include: SERVICE_SPECS,
          globalSetup: BUILT,
          // They wait for the processes that they start, up to ten seconds for one that stops.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { ...IN_MINUTES, name: 'steps', include: STEP_SPECS } },
      ...NAMED_SUITES.map(({ groupOrder, ...suite }) => ({
        extends: true as const,
        test: { ...suite, sequence: { groupOrder }, testTimeout: 600_000, hookTimeout: 60_000 },
      })),
    ],
  },
});
