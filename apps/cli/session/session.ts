import { type Credentials, findCredentials } from './credentials.js';
import { EbbClient } from '../client/ebb-client.js';
import { misuse } from '../outcome/failure.js';
import { Http } from '../client/http.js';
import type { Interrupts } from '../terminal/interrupts.js';
import { DEFAULT_URL, type Environment, type GlobalOptions } from './settings.js';
import { Terminal } from '../terminal/terminal.js';

/** What a command works with: whom it speaks to, in what manner, and to which Ebb. */
export class Session implements AsyncDisposable {
  readonly terminal: Terminal;
  /** Without a slash at its end. */
  readonly url: string;
  #client: EbbClient | undefined;

  constructor(
    readonly environment: Environment,
    readonly interrupts: Interrupts,
    { color, json, quiet, url }: GlobalOptions,
  ) {
    this.terminal = new Terminal(process.stdout, process.stderr, {
      isJson: json === true,
      isQuiet: quiet === true,
      mayColor: color !== false && environment.mayColor,
    });
    this.url = checkedUrl(url ?? environment.text('EBB_URL') ?? DEFAULT_URL);
  }

  /** Aborted when the user wants the command to end. */
  get signal(): AbortSignal {
    return this.interrupts.signal;
  }

  /** Raises `Failure` where there are credentials that cannot be used. */
  get client(): EbbClient {
    return (this.#client ??= this.clientWith(this.credentials?.token));
  }

  get credentials(): Credentials | undefined {
    return findCredentials(this.environment, this.url);
  }

  clientWith(token: string | undefined): EbbClient {
    return new EbbClient(new Http(this.url, token, this.signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.http.close();
  }
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url.href.replace(/\/+$/, '');
  throw misuse(`'${url ? url.host : text}' is not the address of an Ebb: http:// or https://, a host and a port.`);
}
