/**
 * Runs a shell command, and what follows on the command line as its parameters, with the Node that `npm ci` brought
 * along first on the PATH: the host's may be too old for the tools. `node_modules/.bin/node` would do, but npm 10
 * removes that link together with the package for the other processor.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const bundled = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
const path = [...(existsSync(bundled) ? [bundled] : []), join(root, 'node_modules', '.bin'), process.env.PATH];
const [command, ...parameters] = process.argv.slice(2);

const child = spawn('/bin/sh', ['-c', `${command} "$@"`, 'sh', ...parameters], {
  env: { ...process.env, PATH: path.join(delimiter) },
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
