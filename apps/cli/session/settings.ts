import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Ebb is unless told. */
export const DEFAULT_URL = 'http://127.0.0.1:7070';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What the environment says, read once. An empty variable counts as unset. */
export class Environment {
  constructor(readonly variables: Readonly<NodeJS.ProcessEnv>) {}

  text(name: string): string | undefined {
    const value = this.variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** The file in which `ebb login` keeps access keys. */
  get credentialsFile(): string {
    return join(this.text('XDG_CONFIG_HOME') ?? join(homedir(), '.config'), 'ebb', 'credentials');
  }

  /** Whether output may have colours, as far as the environment says: https://no-color.org. */
  get mayColor(): boolean {
    return this.text('NO_COLOR') === undefined && this.text('TERM') !== 'dumb';
  }
}
