import { homedir } from 'node:os';
import { delimiter, join, resolve, sep } from 'node:path';
import { repositoryRoot } from '../../../libs/host/repository-root.js';
import type { Environment } from './settings.js';

/** Where this Ebb is installed: the folder of its package.json. */
export const PACKAGE_ROOT = repositoryRoot(import.meta.dirname);

/**
 * What the service on this machine is started with. Its data are where `EBB_DATA_DIR` says; else in `.ebb` of the
 * repository, or, where Ebb is an installed package that the next version replaces, in the user's own data folder.
 */
export function serviceEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const directory = environment.text('EBB_DATA_DIR') ?? defaultDataDirectory(environment, PACKAGE_ROOT);
  const base = folderOfSettings(PACKAGE_ROOT, process.cwd());
  const images = environment.text('EBB_IMAGES')?.split(delimiter).filter(Boolean) ?? [
    join(PACKAGE_ROOT, 'infra/images'),
  ];
  return {
    ...environment.variables,
    EBB_DATA_DIR: absolute(base, directory),
    EBB_IMAGES: images.map((folder) => absolute(base, folder)).join(delimiter),
  };
}

function absolute(base: string, folder: string): string {
  return resolve(base, folder.replace(/^~(?=\/|$)/, homedir()));
}

/** Where folders begin that are no absolute paths: in the repository, or, for an installed package, where the user is. */
export function folderOfSettings(root: string, current: string): string {
  return isPackage(root) ? current : root;
}

/** Where data are kept unless told, for an Ebb that is installed at `root`. */
export function defaultDataDirectory(environment: Environment, root: string): string {
  if (!isPackage(root)) return join(root, '.ebb');
  return join(environment.text('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'ebb');
}

/** The next version of a package replaces its folder. */
function isPackage(root: string): boolean {
  return root.split(sep).includes('node_modules');
}

/** The built entry of another app of Ebb, to be run as a process of its own. */
export function builtEntry(app: 'standalone' | 'simulate'): string {
  return join(import.meta.dirname, '../..', app, 'main.js');
}
