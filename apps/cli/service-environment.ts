import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { repositoryRoot } from '../../libs/host/repository-root.js';
import type { Environment } from './settings.js';

/** Where this Ebb is installed: the folder of its package.json. */
export const PACKAGE_ROOT = repositoryRoot(import.meta.dirname);

/**
 * What the service on this machine is started with. Its data are where `EBB_DATA_DIR` says; else in `.ebb` of the
 * repository, or, where Ebb is an installed package that the next version replaces, in the user's own data folder.
 */
export function serviceEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const directory = environment.text('EBB_DATA_DIR') ?? defaultDataDirectory(environment, PACKAGE_ROOT);
  const absolute = resolve(PACKAGE_ROOT, directory.replace(/^~(?=\/|$)/, homedir()));
  return { ...environment.variables, EBB_DATA_DIR: absolute };
}

/** Where data are kept unless told, for an Ebb that is installed at `root`. */
export function defaultDataDirectory(environment: Environment, root: string): string {
  if (!root.split(sep).includes('node_modules')) return join(root, '.ebb');
  return join(environment.text('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'ebb');
}

/** The built entry of another app of Ebb, to be run as a process of its own. */
export function builtEntry(app: 'standalone' | 'simulate'): string {
  return join(import.meta.dirname, '..', app, 'main.js');
}
