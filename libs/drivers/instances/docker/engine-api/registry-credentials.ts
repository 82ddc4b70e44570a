import { readFile } from 'node:fs/promises';
import { EbbError } from '../../../../core/errors.js';

/** Ebb's credentials for one registry, in the form of the Engine API. */
export interface RegistryCredentials {
  readonly serveraddress: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

/** The members of Docker's `config.json` that Ebb reads. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry | undefined>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

interface AuthEntry {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

/**
 * The other names under which files list a registry: Docker Hub's credentials stand under the address of its first
 * index.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'docker.io': ['https://index.docker.io/v1/', 'index.docker.io', 'registry-1.docker.io'],
};

/**
 * The `auths` of a file in the form of Docker's `config.json`. The file is read each time, because tokens in it expire.
 * Ebb never runs the credential helpers that the file names.
 */
export class RegistryLogins {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Returns the credentials for a registry; undefined if the file has none. Raises `InvalidRequest` if the file cannot
   * be read.
   */
  async find(registry: string): Promise<RegistryCredentials | undefined> {
    const { auths = {} } = await this.#read();
    for (const name of namesOf(registry)) {
      const entry = auths[name];
      const credentials = entry && credentialsOf(entry);
      if (credentials) return { ...credentials, serveraddress: name };
    }
    return undefined;
  }

  /** Returns advice for a failed pull if a credential helper may have the credentials. */
  async hint(registry: string): Promise<string | undefined> {
    const { credHelpers = {}, credsStore } = await this.#read();
    const helper =
      namesOf(registry)
        .map((name) => credHelpers[name])
        .find(Boolean) ?? credsStore;
    if (!helper) return undefined;
    return `Ebb does not run the credential helper '${helper}' that ${this.#file} names: put the credentials under 'auths' in a file, and set EBB_REGISTRY_AUTH_FILE to its path.`;
  }

  async #read(): Promise<DockerConfig> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as DockerConfig;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
      const { message } = cause as Error;
      throw new EbbError('InvalidRequest', `The registry credentials in ${this.#file} cannot be read: ${message}`, {
        cause,
      });
    }
  }
}

function namesOf(registry: string): string[] {
  return [registry, `https://${registry}`, `https://${registry}/`, ...(ALIASES[registry] ?? [])];
}

function credentialsOf(entry: AuthEntry): Omit<RegistryCredentials, 'serveraddress'> | undefined {
  const { auth, username, password, identitytoken } = entry;
  if (identitytoken) return { identitytoken };
  if (username !== undefined && password !== undefined) return { username, password };
  const decoded = Buffer.from(auth ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon > 0 ? { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) } : undefined;
}
