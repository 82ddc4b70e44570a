import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const CACHE = resolve(import.meta.dirname, '../../.cache');

/** Where programs are looked for: those that CI installs come before others that a machine may have, as they are current. */
export const PATH = `${join(CACHE, 'python-tools/bin')}:${process.env['PATH']}`;

/** A Python of its own for SageMaker's SDK, which brings some sixty packages along in versions of its choice. */
export const SAGEMAKER_SDK_PYTHON = join(CACHE, 'sagemaker-sdk/bin/python');

/** Whether a program that a suite needs is there; a suite without it is skipped, visibly. */
export function isInstalled(program: string, ...check: string[]): boolean {
  return spawnSync(program, check, { stdio: 'ignore', env: { ...process.env, PATH } }).status === 0;
}

/** All that AWS's clients are told about an Ebb at this address. */
export function clientEnvironment(url: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH,
    AWS_ENDPOINT_URL: url,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  };
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  parameters: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ran> {
  const child = spawn(program, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, output, errors };
}

/** Raises unless a program ended well without a complaint, with all that is known of why. */
export function expectSuccess({ code, output, errors }: Ran, ebb: { readonly log: readonly string[] }): void {
  if (code === 0 && errors === '') return;
  const told = [output, errors, 'The last that Ebb logged:', ...ebb.log.slice(-20)].join('\n');
  throw new Error(`A program ended with code ${code}:\n${told}`);
}
