import { describe } from 'vitest';
import type { Settings } from '../support/standalone.js';
import { HOST_VARIABLE, MISSING_VARIABLE } from './engine-variables.js';

type EngineName = 'dockerd' | 'podman';

/** A driver of instances, as it is under Ebb when a suite is run with it. */
export interface TestedDriver {
  readonly name: EngineName | 'process';
  /** `unix://…`; undefined for processes. */
  readonly engine?: string;
  /** What Ebb is started with. */
  readonly settings: Settings;
  /** How a model names an image of the tests. */
  image(name: string): string;
}

/** Runs a suite on each driver that there is here; where there is none, its tests are skipped under the reason. */
export function onEach(drivers: readonly TestedDriver['name'][], suite: (driver: TestedDriver) => void): void {
  for (const name of drivers) {
    const missing = name === 'process' ? undefined : whyMissing(name);
    describe.skipIf(missing !== undefined)(`on ${name}${missing ? `: ${missing}` : ''}`, () => {
      suite(driverOf(name));
    });
  }
}

function whyMissing(name: EngineName): string | undefined {
  if (process.env[HOST_VARIABLE[name]]) return undefined;
  return process.env[MISSING_VARIABLE[name]] ?? `${HOST_VARIABLE[name]} is not set, as npm run test:docker does.`;
}

function driverOf(name: TestedDriver['name']): TestedDriver {
  if (name === 'process') return { name, settings: {}, image: (image) => image };
  return containerDriver(name, process.env[HOST_VARIABLE[name]] ?? '');
}

/** Ebb with containers on the engine at `unix://…`. */
export function containerDriver(name: EngineName, engine: string): TestedDriver {
  const settings = { EBB_PROFILE: 'docker', EBB_DOCKER_HOST: engine };
  return { name, engine, settings, image: (image) => `localhost/${image}` };
}
