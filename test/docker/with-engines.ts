/**
 * Runs a command with container engines of its own, which EBB_TEST_DOCKER_HOST, EBB_TEST_PODMAN_HOST and, for the
 * benchmark, EBB_BENCH_DOCKER_HOST name, where they can be had; ends as the command does:
 *
 *   npm run with-engines -- npm run bench -- --only container
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HOST_VARIABLE } from './engine-variables.js';
import startEngines from './engines-setup.js';

const [program, ...parameters] = process.argv.slice(2);
if (program === undefined) throw new Error('Name a command.');
const stopEngines = await startEngines();
try {
  const benchHost = process.env[HOST_VARIABLE.dockerd];
  const env = { ...process.env, ...(benchHost && { EBB_BENCH_DOCKER_HOST: benchHost }) };
  const child = spawn(program, parameters, { stdio: 'inherit', env });
  // A terminal's signals reach the command by themselves; it ends, and then the engines do.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await stopEngines();
}
