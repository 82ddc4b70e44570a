import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** Suites that are longer, or need what Node does not bring, have a name of their own and run by it. */
const NAMED_SUITES = ['clients', 'docker', 'fault'];

/** What a named suite has besides the specs of its own folder. */
const EXTRAS: Readonly<Record<string, { include?: string[]; globalSetup?: string }>> = {
  docker: { include: ['test/contract/docker-instances.spec.ts'], globalSetup: 'test/docker/engines-setup.ts' },
};

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
    projects: [
      {
        extends: true,
        test: {
          name: 'ebb',
          include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'test/**/*.spec.ts', 'infra/**/*.spec.ts'],
          exclude: NAMED_SUITES.map((name) => `test/${name}/**`),
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      ...NAMED_SUITES.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.spec.ts`, ...(EXTRAS[name]?.include ?? [])],
          globalSetup: EXTRAS[name]?.globalSetup,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      })),
    ],
  },
});
