import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** Specs that need a container engine, and those of them that need it, or the machine's one port 7070, to themselves. */
const ENGINE_SPECS = ['test/docker/**/*.spec.ts', 'test/contract/docker-instances.spec.ts'];
const LONE_ENGINE_SPECS = ['engine', 'engine-restart', 'walk'].map((name) => `test/docker/${name}.spec.ts`);
const ENGINES = 'test/docker/engines-setup.ts';

/**
 * Suites that are longer, or need what Node does not bring, have a name of their own and run by it. They wait more than
 * they compute, so that more of their files run at once than the machine has cores.
 */
const NAMED_SUITES = [
  { name: 'clients', include: ['test/clients/**/*.spec.ts'], maxWorkers: 4, groupOrder: 1 },
  { name: 'fault', include: ['test/fault/**/*.spec.ts'], maxWorkers: 4, groupOrder: 1 },
  {
    name: 'docker',
    include: ENGINE_SPECS,
    exclude: LONE_ENGINE_SPECS,
    globalSetup: ENGINES,
    maxWorkers: 2,
    groupOrder: 2,
  },
  { name: 'docker-alone', include: LONE_ENGINE_SPECS, globalSetup: ENGINES, maxWorkers: 1, groupOrder: 3 },
];

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
      {
        extends: true,
        test: {
          name: 'ebb',
          include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts', 'infra/**/*.spec.ts'],
          exclude: NAMED_SUITES.flatMap(({ include }) => include),
          maxWorkers: '100%',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      ...NAMED_SUITES.map(({ groupOrder, ...suite }) => ({
        extends: true as const,
        test: { ...suite, sequence: { groupOrder }, testTimeout: 600_000, hookTimeout: 60_000 },
      })),
    ],
  },
});
