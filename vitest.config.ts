import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** Suites that are longer, or need what Node does not bring, have a name of their own and run by it. */
const NAMED_SUITES = ['clients', 'fault'];

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
          include: [`test/${name}/**/*.spec.ts`],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      })),
    ],
  },
});
