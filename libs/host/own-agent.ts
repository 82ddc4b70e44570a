import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** An HTTPS agent for Ebb's calls to itself. It trusts only the certificate that Ebb presents, for any host name. */
export class OwnAgent extends Agent {
  constructor(private readonly certFile: string) {
    // Ebb may not have the root of its own certificate.
    super({ keepAlive: true, allowPartialTrustChain: true, checkServerIdentity: () => undefined });
  }

  /** Reads the file for each connection, because certificates are renewed while Ebb runs. */
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    return super.createConnection({ ...options, ca: readFileSync(this.certFile) }, callback);
  }
}
