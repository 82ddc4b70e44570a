import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The oldest Node that every dependency runs on. */
const OLDEST = [22, 19] as const;

/**
 * Returns true if this Node is new enough to run Ebb. Otherwise runs `script` again on the Node that the repository
 * bundles and exits as that process does. If there is no bundled Node for this platform, says what is needed and ends
 * the process.
 */
export function launchOnSupportedNode(script: string): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return true;
  const bundled = bundledNode(dirname(script));
  if (!bundled) {
    console.error(
      `Ebb needs Node ${OLDEST.join('.')} or newer; this is ${process.version}, and npm ci installed no other.`,
    );
    process.exit(1);
  }
  const child = spawn(bundled, [...process.execArgv, script, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => isFromTerminal(signal) || child.kill(signal));
  }
  child.on('error', ({ message }) => {
    console.error(`Ebb cannot run ${bundled}: ${message}.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
  return false;
}

/** A terminal sends its signals to the child as well. A forwarded copy would make two signals of one Ctrl-C. */
function isFromTerminal(signal: NodeJS.Signals): boolean {
  return signal !== 'SIGTERM' && (process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
}

/** Looks for `node_modules/node-<platform>-<arch>` in a folder and the folders above it. */
function bundledNode(from: string): string | undefined {
  const name = `node-${process.platform}-${process.arch}`;
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name, 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
